// A list at the left, the chosen one in full at the right: for review one after the other.

class SideView {
  open(host) {
    this.summary = make('div');
    this.status = make('p', {class: 'status'});
    this.listHost = make('div');
    const scroller = make('div', {class: 'side-list', tabindex: '-1'}, this.listHost);
    this.stage = make('div', {class: 'card side-stage'});
    fill(host, this.summary, this.navigation(), make('div', {class: 'side'}, scroller, this.stage));
    this.heading = make('div', {class: 'side-heading'});
    this.actions = make('div');
    const compareHost = make('div', {class: 'compare'});
    fill(this.stage, this.heading, this.actions, compareHost);
    this.compare = new Compare(compareHost);
    this.list = new VirtualList(this.listHost, {label: this.title, scroller, gap: 6, height: () => 76, render: (item, index) => this.line(item, index)});
    this.refilter();
  }
  close() { this.list.close(); }

  refilter() {
    this.list.setItems(this.items());
    this.draw();
  }
  pick(index) {
    this.list.select(index);
    this.draw();
  }
  move(step) { this.pick(this.list.current + step); }
  changed() {
    this.list.redraw();
    this.draw(false);
  }
  key(key) { return this.list.selected !== undefined && this.compare.key(key); }

  draw(pictures = true) {
    this.drawSummary();
    this.status.textContent = this.list.items.length ? `${count(this.list.current + 1)} of ${count(this.list.items.length)}` : 'Nothing here.';
    const target = this.target();
    this.stage.hidden = !target;
    if (!target) return;
    this.drawTarget(target);
    if (pictures) this.compare.show(target.partner || null, target.row, target.row.groupKind);
  }

  navigation() {
    return make('div', {class: 'status-row side-head'}, make('div', {class: 'controls'}, this.controls()), this.status,
      make('span', {class: 'actions'}, make('button', {type: 'button', onclick: () => this.move(-1)}, 'Previous', make('kbd', {}, 'p')),
        make('button', {type: 'button', onclick: () => this.move(1)}, 'Next', make('kbd', {}, 'n'))));
  }
  choose(name, title, options) {
    return make('select', {
      'aria-label': title,
      onchange: (event) => {
        this[name] = event.target.value;
        this.refilter();
      }
    },
      options.map(([value, text]) => make('option', {value, selected: this[name] === value}, text)));
  }
}
