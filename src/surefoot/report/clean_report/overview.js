// The run at a glance: counts in pictures, notes, classes, score histograms, facts.

const card = (title, intro, ...content) => make('section', {class: 'card'}, make('h2', {}, title), intro ? make('p', {class: 'intro'}, intro) : null, content);
const tile = (value, name, note = '', css = '') =>
  make('div', {class: `tile ${css}`}, make('span', {}, name), make('b', {}, value), note ? make('small', {}, note) : null);

/** Bars on [0, 1] beside each other, widths as shares: [[share, css], ...]. */
function bar(parts) {
  let x = 0;
  return make('svg', {class: 'bar-line', viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
    make('rect', {class: 'track', width: 100, height: 8}), parts.map(([share, css]) => {
      const at = x;
      x += 100 * share;
      return make('rect', {class: css, x: at, width: Math.max(0, 100 * share), height: 8});
    }));
}

/** The bars of a histogram; heights are square roots, so that a thin tail is seen. */
function histogramPicture(histogram) {
  const n = histogram.counts.length, top = Math.sqrt(Math.max(1, ...histogram.counts)), width = histogram.high - histogram.low;
  const bad = (i) => {
    const middle = histogram.low + (i + 0.5) * width / n;
    return histogram.below ? middle < histogram.value : middle >= histogram.value;
  };
  const at = 100 * (histogram.value - histogram.low) / width;
  return make('svg', {class: 'histogram', viewBox: '0 0 100 40', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
    histogram.counts.map((value, i) => make('rect', {
      class: bad(i) ? 'bad' : 'good',
      x: 100 * i / n + 8 / n,
      width: 84 / n,
      y: 40 - Math.max(value ? 0.8 : 0, 39 * Math.sqrt(value) / top),
      height: Math.max(value ? 0.8 : 0, 39 * Math.sqrt(value) / top)
    })),
    make('line', {class: 'threshold', x1: at, x2: at, y1: 0, y2: 40, 'vector-effect': 'non-scaling-stroke'}));
}

class Overview {
  constructor() { [this.id, this.title] = ['overview', 'Overview']; }
  count() { return ''; }

  open(host) {
    this.host = host;
    this.draw();
  }
  close() {}
  changed() {}
  target() { return null; }
  move() {}
  key() { return false; }

  draw() {
    const high = reviewedRows.filter((row) => row.issues.some((issue) => issue.severity === 'high')).length;
    fill(this.host, make('h1', {}, report.title || 'Cleaning report'),
      make('div', {class: 'tiles'}, tile(count(report.pictures), 'pictures', report.files === report.pictures ? '' : `${count(report.files)} files looked at`),
        tile(count(reviewedRows.length), 'with findings', `${percent(reviewedRows.length / report.pictures)} of all pictures`, 'main'),
        tile(count(high), 'of high severity', 'what --apply takes'),
        tile(count(groups.length), 'groups of copies', `${count(groups.reduce((n, group) => n + group.members.length, 0))} copies of kept pictures`)),
      report.notes.length
        ? make('section', {class: 'card notes'}, make('h2', {}, 'Worth knowing'), make('ul', {}, report.notes.map((note) => make('li', {}, note))))
        : null,
      this.issues(), this.histograms(), this.classes(), this.facts(), make('footer', {}, 'made by surefoot clean; nothing on the disk was changed'));
  }

  issues() {
    const found = kinds.filter((kind) => kind.rows.length > 0), none = kinds.filter((kind) => kind.rows.length === 0);
    if (found.length === 0) return card('Findings', 'No finding: every picture passed every check.');
    const most = Math.max(...found.map((kind) => kind.rows.length));
    const ofClasses = (kind) => kind.rows.every((row) => row.isFolder);
    const line = (kind) => {
      const by = severities.map((severity) => [kind.rows.filter((row) => issueOf(row, kind.id).severity === severity).length / most, severity]);
      return make('tr', {},
        make('td', {}, make('button', {type: 'button', class: 'link', onclick: () => showIssue(kind.id)}, kind.title),
          make('span', {class: 'soft summary'}, kind.summary)),
        make('td', {class: 'wide'}, bar(by)),
        make('td', {class: 'num'}, ofClasses(kind) ? plural(kind.rows.length, 'class', 'classes') : count(kind.rows.length)),
        make('td', {class: 'num soft'}, ofClasses(kind) ? '' : percent(kind.rows.length / report.pictures)),
        make('td', {},
          ofClasses(kind)
            ? null
            : make('button', {type: 'button', onclick: () => showIssue(kind.id, 'gallery'), 'aria-label': `Gallery of ${kind.title}`}, 'Gallery')));
    };
    return card('Findings', 'Counted in pictures; a picture with several findings counts once in each line.',
      make('div', {class: 'legend'},
        severities.map((severity) => make('span', {class: `key ${severity}`}, make('i'),
                         severity === 'high'       ? 'high: taken by --apply'
                           : severity === 'medium' ? 'medium: have a look'
                                                   : 'low: for information'))),
      make('div', {class: 'scroll'},
        make('table', {class: 'issues'},
          make('thead', {},
            make('tr', {}, make('th', {scope: 'col'}, 'issue'), make('th', {scope: 'col', class: 'wide'}, ''),
              make('th', {scope: 'col', class: 'num'}, 'pictures'), make('th', {scope: 'col', class: 'num'}, 'of all'), make('th', {'aria-label': 'gallery'}))),
          make('tbody', {}, found.map(line)))),
      none.length ? make('p', {class: 'soft'}, `No finding of: ${none.map((kind) => kind.title).join(', ')}.`) : null);
  }

  histograms() {
    if (histograms.size === 0) return null;
    return card('Scores',
      'All pictures by the measure behind a check, and where findings begin; heights are square roots, so that thin tails are seen. ' +
        'The threshold can be moved where the issue is shown.',
      make('div', {class: 'charts'},
        [...histograms.values()].map(
          (histogram) => make('figure', {},
            make('figcaption', {}, make('h3', {}, kindById.get(histogram.issue)?.title || histogram.issue), make('span', {class: 'soft'}, histogram.label),
              make('button', {type: 'button', class: 'link', onclick: () => showIssue(histogram.issue)}, 'move the threshold')),
            histogramPicture(histogram),
            make('div', {class: 'scale soft'}, make('span', {}, figure(histogram.low)), make('span', {}, `threshold ${figure(histogram.value)}`),
              make('span', {}, figure(histogram.high)))))));
  }

  classes() {
    if (report.classes.length === 0) return null;
    const most = Math.max(1, ...report.classes.map(([, pictures]) => pictures)), findings = new Map();
    for (const row of reviewedRows) findings.set(row.label, (findings.get(row.label) || 0) + 1);
    const line = ([name, pictures, without]) =>
      make('tr', {}, make('td', {}, make('button', {type: 'button', class: 'link', onclick: () => showClass(name)}, name)),
        make('td', {class: 'wide'}, bar([[without / most, 'full'], [(pictures - without) / most, 'copies']])), make('td', {class: 'num'}, count(pictures)),
        make('td', {class: 'num'}, count(without)), make('td', {class: 'num soft'}, percent((findings.get(name) || 0) / Math.max(1, pictures))));
    const table = (some) => make('div', {class: 'scroll'},
      make('table', {},
        make('thead', {},
          make('tr', {},
            ['class', '', 'pictures', 'without copies', 'with findings'].map((name, i) =>
                                                                               make('th', {scope: 'col',
                                                                                 class: i > 1 ? 'num'
                                                                                   : i === 1  ? 'wide'
                                                                                              : null},
                                                                                 name)))),
        make('tbody', {}, some)));
    return card('Classes', '',
      make('div', {class: 'legend'}, make('span', {class: 'key full'}, make('i'), 'without copies'), make('span', {class: 'key copies'}, make('i'), 'copies')),
      table(report.classes.slice(0, 30).map(line)),
      report.classes.length > 30 ? this.moreClasses(report.classes.length - 30, () => table(report.classes.slice(30).map(line))) : null);
  }

  moreClasses(n, table) {
    const details = make('details', {}, make('summary', {}, `${count(n)} more classes`));
    details.addEventListener('toggle', () => details.append(table()), {once: true});
    return details;
  }

  facts() {
    if (report.facts.length === 0) return null;
    return card('The run', '',
      make('table', {}, make('tbody', {}, report.facts.map(([name, value]) => make('tr', {}, make('th', {scope: 'row'}, name), make('td', {}, value))))));
  }
}
