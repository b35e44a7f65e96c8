// A list or grid of any length: only what is in sight has elements.

class VirtualList {
  /**
   * @param options render(item, index) -> element; height(width) in px; cell: smallest width of a cell (0: one a line); gap in px;
   *                scroller: the element that scrolls (the window where it is null); label: for screen readers
   */
  constructor(host, options) {
    this.host = host;
    this.options = {cell: 0, gap: 0, scroller: null, ...options};
    this.items = [];
    this.current = -1;
    this.shown = new Map();
    host.classList.add('virtual');
    host.setAttribute('role', 'list');
    host.setAttribute('aria-label', options.label);
    this.onscroll = () => {
      this.frame ||= requestAnimationFrame(() => {
        this.frame = 0;
        this.draw();
      });
    };
    (this.options.scroller || window).addEventListener('scroll', this.onscroll, {passive: true});
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(host);
  }

  close() {
    (this.options.scroller || window).removeEventListener('scroll', this.onscroll);
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
  }

  setItems(items) {
    const before = this.items[this.current];
    this.items = items;
    // The cursor stays on its item, or on the place where it was.
    const place = before === undefined ? -1 : items.indexOf(before);
    this.current = place >= 0 ? place : Math.min(Math.max(this.current, 0), items.length - 1);
    this.layout();
  }

  layout() {
    const width = this.host.clientWidth, {cell, gap} = this.options;
    this.columns = cell ? Math.max(1, Math.floor((width + gap) / (cell + gap))) : 1;
    this.cellWidth = (width - gap * (this.columns - 1)) / this.columns;
    this.lineHeight = this.options.height(this.cellWidth) + gap;
    // Browsers cannot lay out more than some 16 million px: what lies beyond is reached by a filter.
    const lines = Math.min(Math.ceil(this.items.length / this.columns), Math.floor(15e6 / this.lineHeight));
    this.cut = lines * this.columns < this.items.length ? lines * this.columns : 0;
    this.host.style.height = `${lines * this.lineHeight}px`;
    this.redraw();
  }

  /** [first pixel, height] of what is in sight, from the top of the list. */
  sight() {
    const {scroller} = this.options;
    if (!scroller) return [-this.host.getBoundingClientRect().top, innerHeight];
    const {top} = scroller.getBoundingClientRect();
    return [top - this.host.getBoundingClientRect().top, Math.max(2 * this.lineHeight, Math.min(scroller.clientHeight, innerHeight - top))];
  }

  redraw() {
    for (const element of this.shown.values()) element.remove();
    this.shown.clear();
    this.draw();
  }

  draw() {
    if (!this.columns || !this.host.isConnected) return;
    const [top, height] = this.sight(), spare = 0.5 * height;
    const first = Math.max(0, Math.floor((top - spare) / this.lineHeight)) * this.columns;
    const end = Math.min(this.cut || this.items.length, (Math.ceil((top + height + spare) / this.lineHeight) + 1) * this.columns);
    for (const [index, element] of this.shown) {
      if (index < first || index >= end) {
        element.remove();
        this.shown.delete(index);
      }
    }
    for (let index = first; index < end; ++index)
      if (!this.shown.has(index)) this.place(index);
  }

  place(index) {
    const element = this.options.render(this.items[index], index);
    const {gap} = this.options, style = element.style;
    element.classList.add('virtual-item');
    element.classList.toggle('current', index === this.current);
    element.setAttribute('role', 'listitem');
    element.setAttribute('aria-posinset', index + 1);
    element.setAttribute('aria-setsize', this.items.length);
    if (index === this.current) element.setAttribute('aria-current', 'true');
    style.width = `${this.cellWidth}px`;
    style.height = `${this.lineHeight - gap}px`;
    style.transform = `translate(${(index % this.columns) * (this.cellWidth + gap)}px, ${Math.floor(index / this.columns) * this.lineHeight}px)`;
    this.shown.get(index)?.remove();
    this.shown.set(index, element);
    this.host.append(element);
  }

  /** Draws one item anew, if it is in sight. */
  update(index) {
    if (this.shown.has(index)) this.place(index);
  }

  select(index, scroll = true) {
    if (this.items.length === 0) return;
    const before = this.current;
    this.current = Math.max(0, Math.min(index, this.items.length - 1));
    this.update(before);
    this.update(this.current);
    if (scroll) this.reveal();
  }

  reveal() {
    const {scroller} = this.options, y = Math.floor(this.current / this.columns) * this.lineHeight;
    const [top, height] = this.sight(), above = scroller ? 8 : document.querySelector('.bar').offsetHeight + 12, below = scroller ? 8 : 16;
    const target = scroller || document.scrollingElement;
    if (y < top + above) target.scrollTop += y - top - above;
    else if (y + this.lineHeight > top + height - below) target.scrollTop += y + this.lineHeight - (top + height - below);
    this.draw();
  }

  get selected() { return this.items[this.current]; }
}
