// One picture, or two side by side, flipped in place, or as their difference; at one zoom.

/** An image that shows what there is: the thumbnail at once, the file itself where `large` asks for it, or a word. */
function picture(row, large = false) {
  const host = make('span', {class: 'pic'}), small = row ? thumbnailUri(row) : '', full = row ? fullPictureUrl(row) : '';
  const nothing = () => fill(host, make('span', {class: 'no-pic'}, row && row.isFolder ? 'class' : 'no preview'));
  if (!small && !full) {
    nothing();
    return host;
  }
  // A file that was moved to the quarantine: its thumbnail may come with a part of the page that is still being read.
  const instead = () => {
    const late = thumbnailUri(row);
    if (late && image.getAttribute('src') !== late) image.src = late;
    else nothing();
  };
  const failed = () => (document.readyState === 'loading' ? addEventListener('DOMContentLoaded', instead, {once: true}) : instead());
  const image = make('img', {alt: '', decoding: 'async', draggable: 'false', onerror: failed});
  image.src = small || full;
  host.append(image);
  if (large && small && full) {
    const better = new Image();
    better.onload = () => {
      image.src = full;
    };
    better.src = full;
  }
  return host;
}

class Compare {
  constructor(host) {
    this.mode = 'side';
    this.front = 1;
    this.reset();
    const mode = (name, title, key) =>
      make('button', {type: 'button', 'data-mode': name, title: `${title} (${key})`, onclick: () => this.setMode(name)}, title, make('kbd', {}, key));
    this.modes = make('div', {class: 'segments', role: 'group', 'aria-label': 'How to compare'}, mode('side', 'Side by side', 's'), mode('flip', 'Flip', 'f'),
      mode('difference', 'Difference', 'd'));
    this.scale = make('output', {class: 'soft zoom-value'});
    this.tools = make('div', {class: 'compare-tools'}, this.modes,
      make('div', {class: 'segments', role: 'group', 'aria-label': 'Zoom'},
        make('button', {type: 'button', title: 'Smaller (-)', 'aria-label': 'Smaller', onclick: () => this.zoomBy(1 / 1.4)}, '−'),
        make('button', {
          type: 'button',
          title: 'Fit (0)',
          onclick: () => {
            this.reset();
            this.place();
          }
        },
          'Fit'),
        make('button', {type: 'button', title: 'Larger (+)', 'aria-label': 'Larger', onclick: () => this.zoomBy(1.4)}, '+')),
      this.scale);
    this.stage = make('div', {class: 'stage'});
    this.caption = make('p', {class: 'soft compare-note'});
    this.table = make('div', {class: 'scroll'});
    this.stage.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && this.zoom === 1) return;
      event.preventDefault();
      this.zoomBy(event.deltaY < 0 ? 1.15 : 1 / 1.15);
    }, {passive: false});
    this.stage.addEventListener('pointerdown', (event) => this.drag(event));
    this.stage.addEventListener('dblclick', () => {
      if (this.zoom > 1) this.reset();
      else this.zoom = 3;
      this.place();
    });
    host.append(this.tools, this.stage, this.caption, this.table);
  }

  reset() { [this.zoom, this.x, this.y] = [1, 0, 0]; }
  zoomBy(factor) {
    const before = this.zoom;
    this.zoom = Math.min(16, Math.max(1, this.zoom * factor));
    this.x *= this.zoom / before;
    this.y *= this.zoom / before;
    if (this.zoom === 1) this.reset();
    this.place();
  }
  drag(event) {
    if (this.zoom === 1 || event.button !== 0) return;
    event.preventDefault();
    this.stage.setPointerCapture(event.pointerId);
    const start = [event.clientX - this.x, event.clientY - this.y];
    const move = (to) => {
      [this.x, this.y] = [to.clientX - start[0], to.clientY - start[1]];
      this.place();
    };
    this.stage.addEventListener('pointermove', move);
    for (const end of ['pointerup', 'pointercancel']) this.stage.addEventListener(end, () => this.stage.removeEventListener('pointermove', move), {once: true});
  }
  place() {
    this.scale.textContent = `${Math.round(100 * this.zoom)} %`;
    this.stage.classList.toggle('zoomed', this.zoom > 1);
    for (const element of this.stage.querySelectorAll('img, canvas')) element.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.zoom})`;
  }

  /** @param left the kept picture, or null where there is but one; @param kind of the copy: where to look for the difference */
  show(left, right, kind = '') {
    if (this.left !== left || this.right !== right) this.reset();
    [this.left, this.right, this.kind] = [left, right, kind];
    this.front = 1;
    this.modes.hidden = !left;
    this.draw();
    fill(this.table, factsTable(left, right));
  }

  setMode(mode) {
    if (!this.left) return;
    if (mode === 'flip' && this.mode === 'flip') {
      this.front = 1 - this.front;
      return this.turn();
    }
    this.mode = mode;
    this.draw();
  }
  /** Both lie on each other, so that the eye sees what jumps. */
  turn() {
    [...this.stage.children].forEach((pane, i) => pane.classList.toggle('behind', i !== this.front));
    this.caption.textContent = `Shown: ${this.front ? 'the copy' : 'the kept picture'}; f flips.`;
  }

  pane(row, title, css = '') {
    return make('figure', {class: `pane ${css}`}, make('figcaption', {}, make('b', {}, title), make('span', {class: 'soft'}, sizeText(row.width, row.height))),
      picture(row, true));
  }

  draw() {
    const mode = this.left ? this.mode : 'side';
    for (const button of this.modes.children) button.setAttribute('aria-pressed', button.dataset.mode === mode);
    this.stage.className = `stage ${mode} ${this.left ? '' : 'single'}`;
    this.caption.textContent = '';
    if (!this.left) {
      fill(this.stage, this.pane(this.right, baseName(this.right.path)));
    } else if (mode === 'side') {
      fill(this.stage, this.pane(this.left, 'Kept', 'kept'), this.pane(this.right, 'Copy'));
    } else if (mode === 'flip') {
      fill(this.stage, this.pane(this.left, 'Kept', 'kept'), this.pane(this.right, 'Copy'));
      this.turn();
    } else {
      this.drawDifference();
    }
    this.place();
  }

  async drawDifference() {
    const pair = [this.left, this.right];
    const found = await differenceOf(this.left, this.right, this.kind).catch(() => null);
    if (this.mode !== 'difference' || this.left !== pair[0] || this.right !== pair[1]) return;
    if (!found) {
      fill(this.stage, make('p', {class: 'soft empty'}, 'A difference needs both thumbnails in the page: one of them is missing.'));
      return;
    }
    fill(this.stage,
      make('figure', {class: 'pane'},
        make('figcaption', {}, make('b', {}, 'Difference'), make('span', {class: 'soft'}, `mean ${found.mean.toFixed(1)} of 255 levels`)),
        make('span', {class: 'pic'}, found.canvas)));
    fill(this.caption, make('span', {class: 'ramp', 'aria-hidden': 'true'}), ` equal … 96 levels and more${found.note ? `; ${found.note}` : ''}`);
    this.place();
  }

  key(key) {
    const modes = {s: 'side', f: 'flip', d: 'difference'};
    if (this.left && modes[key]) this.setMode(modes[key]);
    else if (key === '+' || key === '=') this.zoomBy(1.4);
    else if (key === '-') this.zoomBy(1 / 1.4);
    else if (key === '0') {
      this.reset();
      this.place();
    } else return false;
    return true;
  }
}

/** The figures by which one picture is better than the other. */
function factsTable(left, right) {
  const both = left ? [left, right] : [right];
  const effective = (row) => (row.effectiveWidth > 0 ? sizeText(row.effectiveWidth, row.effectiveHeight) : '–');
  const lines = [
    ['Resolution', (row) => sizeText(row.width, row.height), (row) => row.width * row.height],
    ['Effective resolution', effective, (row) => row.effectiveWidth * row.effectiveHeight],
    ['File size', (row) => bytesText(row.bytes), null],
    ['JPEG quality', (row) => (row.quality > 0 ? row.quality : '–'), (row) => row.quality],
    ['Class', (row) => row.label || '–', null],
    ['Part', (row) => row.part || '–', null],
    ['Path', (row) => fileLink(row), null],
  ];
  return make('table', {class: 'facts'},
    left ? make('thead', {}, make('tr', {}, make('td'), make('th', {scope: 'col'}, 'Kept'), make('th', {scope: 'col'}, 'Copy'))) : null,
    make('tbody', {}, lines.map(([name, text, rank]) => {
      const ranks = rank ? both.map(rank) : [],
            better = left && rank && ranks[0] !== ranks[1] && ranks.every((value) => value > 0) ? (ranks[0] > ranks[1] ? 0 : 1) : -1;
      const differs = left && name === 'Class' && left.label !== right.label;
      return make('tr', {}, make('th', {scope: 'row'}, name),
        both.map((row, i) => make('td', {class: i === better ? 'better'
            : differs                                        ? 'differs'
                                                             : null},
                   text(row))));
    })));
}

function fileLink(row) {
  const address = fullPictureUrl(row);
  return address ? make('a', {href: address, target: '_blank', rel: 'noopener'}, row.path) : row.path;
}
