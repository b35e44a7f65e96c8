// Pictures whose label a person should check; the random part tells the true rate of wrong labels.

/** Wilson's score interval of a rate (1927), 95 %. */
function wilson(wrong, looked) {
  if (looked === 0) return [0, 1];
  const z = 1.959963984540054, rate = wrong / looked, spread = z * z / looked;
  const middle = (rate + spread / 2) / (1 + spread), half = z / (1 + spread) * Math.sqrt(rate * (1 - rate) / looked + spread / (4 * looked));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

const spotIssue = 'mislabelled';

/** "right", "wrong", or empty where nobody has looked: only a word on the label counts. */
function spotVerdict(row) {
  for (const {issue, choice} of decisions.get(row) || []) {
    if (choice === 'relabel' || (choice === 'remove' && issue === spotIssue)) return 'wrong';
    if (choice === 'keep' && (issue === spotIssue || issue === '')) return 'right';
  }
  return '';
}

class SpotCheckView extends SideView {
  constructor() {
    super();
    [this.id, this.title, this.part] = ['spot-check', 'Spot check', ''];
    this.checks = report.spot_checks.filter(([row]) => rows[row]).map(([row, random, edge]) => ({row: rows[row], random: random === 1, edge}));
  }
  count() { return count(this.checks.length); }

  items() { return this.checks.filter(({random}) => this.part === '' || random === (this.part === 'random')); }

  controls() {
    return [this.choose(
      'part', 'Part', [['', 'All, where a look pays most first'], ['random', 'Random part: for the rate'], ['edge', 'Cluster edges: to find wrong ones']])];
  }

  drawSummary() {
    const random = this.checks.filter((check) => check.random), looked = random.filter(({row}) => spotVerdict(row)),
          wrong = looked.filter(({row}) => spotVerdict(row) === 'wrong').length;
    const [low, high] = wilson(wrong, looked.length), all = this.checks.filter(({row}) => spotVerdict(row)).length;
    fill(this.summary,
      make('div', {class: 'tiles'},
        tile(looked.length ? percent(wrong / looked.length) : '–', 'labels wrong, by the random part',
          looked.length ? `95 % interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %` : 'mark some of it right or wrong', 'main'),
        tile(`${count(looked.length)} of ${count(random.length)}`, 'of the random part looked at', `${count(wrong)} wrong`),
        tile(`${count(all)} of ${count(this.checks.length)}`, 'looked at in all')));
  }

  line({row, random, edge}, index) {
    const verdict = spotVerdict(row);
    return make('article', {class: `pair ${verdict}`, onclick: () => this.pick(index)}, picture(row),
      make('div', {class: 'what'}, make('p', {class: 'name', title: row.path}, baseName(row.path)),
        make('p', {class: 'detail soft'}, `${row.label} · ${random ? 'random' : `edge ${(edge ?? 0).toFixed(2)}`}`),
        verdict ? make('span', {class: `badge ${verdict === 'right' ? 'keep' : 'remove'}`}, verdict) : null));
  }

  target() { return this.list.selected ? {row: this.list.selected.row, issueId: spotIssue, partner: null} : null; }

  drawTarget(target) {
    const {random, row} = this.list.selected, suggested = issueOf(row, spotIssue)?.related;
    fill(this.heading, make('h2', {}, `Is this “${row.label}”?`),
      make('p', {class: 'intro'}, random ? 'Drawn at random: counts for the rate. ' : 'Near the edge of its cluster. ',
        suggested ? `The model would say ${suggested}.` : ''));
    fill(this.actions, actionBar(target, ['keep', 'relabel', 'remove'], {keep: 'Right', relabel: 'Wrong: another class', remove: 'Wrong: remove'}));
  }
}
