// All rows, as a list with every finding of a file or as a gallery; the filter and the thresholds are shared by both.

const compact = (width) => width < 640;

class FilesView {
  constructor(id, title, grid) { Object.assign(this, {id, title, grid}); }
  count() { return this.grid ? '' : count(reviewedRows.length); }

  open(host) {
    this.status = make('p', {class: 'status', 'aria-live': 'polite'});
    this.bulk = make('span', {class: 'actions bulk'});
    this.threshold = make('div');
    const listHost = make('div', {class: this.grid ? 'grid-list' : 'row-list'});
    this.issueTabs = make('div', {class: 'issue-tabs', role: 'group', 'aria-label': 'Issue'});
    fill(host, this.issueTabs, this.controls(), this.threshold, make('div', {class: 'status-row'}, this.status, this.bulk), listHost);
    this.list = new VirtualList(listHost, {
      label: 'Findings',
      render: (row, index) => (this.grid ? this.cell(row, index) : this.row(row, index)),
      cell: this.grid ? 168 : 0,
      gap: this.grid ? 12 : 8,
      height: (width) => (this.grid ? width + 76
          : compact(width)          ? 184
                                    : 104)
    });
    this.drawThreshold();
    this.refilter();
  }
  close() { this.list.close(); }

  controls() {
    const select = (name, title, options) => make('select', {
      'aria-label': title,
      onchange: (event) => {
        filter[name] = event.target.value;
        this.refilter();
      }
    },
      options.map(([value, text]) => make('option', {value, selected: filter[name] === value}, text)));
    const parts = [...new Set(listedRows.map((row) => row.part).filter(Boolean))].sort();
    this.search = make('input', {
      type: 'search',
      placeholder: 'Search names and details',
      'aria-label': 'Search',
      value: filter.text,
      oninput: (event) => {
        filter.text = event.target.value;
        this.refilter();
      }
    });
    return make('div', {class: 'controls'}, this.search, select('severity', 'Severity', [['', 'Any severity'], ...severities.map((one) => [one, one])]),
      classNames.length ? select('label', 'Class', [['', 'All classes'], ...classNames.map((name) => [name, name])]) : null,
      parts.length > 1 ? select('part', 'Part', [['', 'All parts'], ...parts.map((name) => [name, name])]) : null,
      select('state', 'State', [['', 'Decided or not'], ['open', 'Undecided'], ['decided', 'Decided'], ...[...choices].map(([id, {title}]) => [id, title])]),
      select('sort', 'Order', [['score', 'Surest first'], ['unsure', 'Least sure first'], ['path', 'By name']]));
  }

  drawIssueTabs() {
    const tab = (id, title, n) => make('button', {
      type: 'button',
      'aria-pressed': String(filter.issue === id),
      onclick: () => {
        filter.issue = id;
        this.drawThreshold();
        this.refilter();
      }
    },
      title, make('span', {class: 'soft'}, count(n)));
    const chosen = document.activeElement?.closest('.issue-tabs') ? [...this.issueTabs.children].indexOf(document.activeElement) : -1;
    fill(this.issueTabs, tab('', 'All', listedRows.filter((row) => row.issues.some((issue) => issue.active)).length),
      kinds.filter((kind) => kind.rows.length || kind.id === filter.issue).map((kind) => tab(kind.id, kind.title, activeIn(kind))));
    if (chosen >= 0) this.issueTabs.children[chosen]?.focus();
  }

  drawThreshold() {
    const histogram = histograms.get(filter.issue);
    if (!histogram) return fill(this.threshold);
    const drawing = make('div', {class: 'histogram-host'}), text = make('p', {class: 'soft'});
    const draw = () => {
      fill(drawing, histogramPicture(histogram));
      const now = picturesBeyond(histogram, histogram.value), then = picturesBeyond(histogram, histogram.threshold);
      text.textContent = `${histogram.label} ${histogram.below ? 'below' : 'from'} ${figure(histogram.value)}: ${plural(now, 'picture')}` +
        (histogram.value === histogram.threshold ? ', as in this run'
            : now > then                         ? ` (${count(now - then)} of them are not in this report: run again with this threshold)`
                                                 : ` (${count(then)} in this run)`) +
        (now > 0 && !kindById.get(filter.issue)?.rows.length ? '; this run does not list them one by one' : '');
    };
    const slider = make('input',
      {type: 'range', min: histogram.low, max: histogram.high, step: (histogram.high - histogram.low) / 400, 'aria-label': `Threshold: ${histogram.label}`});
    const move = (value) => {
      moveThreshold(histogram, value);
      draw();
      this.refilter();
    };
    slider.value = histogram.value;
    slider.addEventListener('input', () => {
      this.frame ||= requestAnimationFrame(() => {
        this.frame = 0;
        move(Number(slider.value));
      });
    });
    fill(this.threshold,
      make('section', {class: 'card threshold-card'}, drawing, slider,
        make('div', {class: 'status-row'}, text,
          make('button', {
            type: 'button',
            onclick: () => {
              slider.value = histogram.threshold;
              move(histogram.threshold);
            }
          },
            'As in this run'))));
    draw();
  }

  refilter() {
    this.list.setItems(filteredRows());
    this.drawIssueTabs();
    this.drawStatus();
  }

  drawStatus() {
    const {items} = this.list, open = this.undecided().length;
    this.status.textContent = items.length ? `${plural(items.length, 'file')}, ${count(items.filter((row) => !row.isFolder).length - open)} decided${
                                               this.list.cut ? `; the first ${count(this.list.cut)} are listed: filter for the others` : ''}`
                                                             : 'Nothing fits the filter.';
    const all = (choice, title) => make('button', {type: 'button', onclick: () => this.decideAll(choice)}, title);
    fill(this.bulk, open > 1 ? [all('keep', `Keep ${count(open)} undecided`), all('remove', `Remove ${count(open)} undecided`)] : []);
  }

  undecided() { return this.list.items.filter((row) => !row.isFolder && !isDecided(row)); }

  decideAll(choice) {
    const targets = this.undecided().map((row) => ({...this.targetOf(row), choice}));
    askFirst(`${choices.get(choice).title} ${plural(targets.length, 'file')}?`,
      'All undecided files that the filter shows, also those further down. u takes it back in one step.', `${choices.get(choice).title} them`, () => {
        decide(targets);
        toast(`${plural(targets.length, 'file')} ${choices.get(choice).done} · u undoes`);
        afterDecision();
        this.list.redraw();
        this.drawStatus();
      });
  }

  targetOf(row) {
    const issue = (filter.issue && issueOf(row, filter.issue)) || mainIssue(row);
    const partner = row.issues.map((one) => rowByPath.get(one.related)).find((one) => one && one !== row && !one.isFolder);
    return {row, issueId: filter.issue || (row.issues.length === 1 ? issue.kind.id : ''), partner: partner || null};
  }

  pick(index, look) {
    this.list.select(index, false);
    if (look) inspector.open(this.targetOf(this.list.selected));
  }

  thumb(row, index) {
    return make('button', {
      type: 'button',
      class: 'thumb',
      'aria-label': `Look closer at ${baseName(row.path)}`,
      onclick: (event) => {
        event.stopPropagation();
        this.pick(index, true);
      }
    },
      picture(row));
  }

  row(row, index) {
    const target = this.targetOf(row), issue = (filter.issue && issueOf(row, filter.issue)) || mainIssue(row);
    return make('article', {class: `file ${decisionOf(row, target.issueId)?.choice || ''}`, onclick: () => this.pick(index)},
      this.thumb(row, index),
      make('div', {class: 'what'},
        make('p', {class: 'name', title: row.path}, make('span', {class: 'soft'}, folderName(row.path)), make('b', {}, baseName(row.path)),
          decisionBadge(row, target.issueId)),
        issueChips(row, filter.issue),
        make('p', {class: 'detail', title: issue.detail}, issue.detail, issue.related ? make('span', {class: 'soft'}, ' → ', issue.related) : null)),
      make('p', {class: 'figures soft'}, row.width ? [sizeText(row.width, row.height), make('br')] : null,
        row.bytes ? [bytesText(row.bytes), make('br')] : null, [row.label, row.part].filter(Boolean).join(' · ')),
      row.isFolder ? make('span') : actionBar(target, undefined, undefined, false));
  }

  cell(row, index) {
    const target = this.targetOf(row), issue = (filter.issue && issueOf(row, filter.issue)) || mainIssue(row);
    return make('article',
      {class: `cell ${decisionOf(row, target.issueId)?.choice || ''}`, onclick: () => this.pick(index), ondblclick: () => this.pick(index, true)},
      this.thumb(row, index),
      decisionBadge(row, target.issueId), make('p', {class: 'name', title: row.path}, make('b', {}, baseName(row.path))),
      make('p', {class: 'detail', title: issue.detail},
        make('span', {class: `issue ${issue.severity} ${issue.active ? '' : 'inactive'} ${filter.issue ? 'score' : ''}`}, filter.issue ? '' : issue.kind.title,
          make('b', {}, issue.score.toFixed(2))),
        ' ', row.label, classNames.includes(issue.related) ? make('span', {class: 'soft'}, ` → ${issue.related}?`) : null));
  }

  target() { return this.list.selected ? this.targetOf(this.list.selected) : null; }
  move(step, beside = false) { this.list.select(this.list.current + (beside || !this.grid ? step : step * this.list.columns)); }
  changed(rows) {
    const places = new Set(rows);
    for (const index of [...this.list.shown.keys()])
      if (places.has(this.list.items[index])) this.list.update(index);
    this.drawStatus();
  }
  key() { return false; }
}
