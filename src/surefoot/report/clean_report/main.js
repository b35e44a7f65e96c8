// The frame: views, keys, progress.

const views = [new Overview(), new FilesView('files', 'Files', false), new FilesView('gallery', 'Gallery', true), new GroupsView(), new SpotCheckView()];
let view = null;

function openView(id) {
  const next = views.find((one) => one.id === id) || views[0];
  view?.close();
  view = next;
  fill($('main'));
  const host = make('div', {class: `view view-${next.id}`});
  $('main').append(host);
  scrollTo(0, 0);
  next.open(host);
  for (const tab of $('tabs').children) {
    if (tab.dataset.view === next.id) {
      tab.setAttribute('aria-current', 'page');
      $('tabs').scrollLeft = tab.offsetLeft - ($('tabs').clientWidth - tab.offsetWidth) / 2;
    } else {
      tab.removeAttribute('aria-current');
    }
  }
}
/** The address holds the view, so that "back" works. */
function goTo(id) {
  if (location.hash === `#${id}`) openView(id);
  else location.hash = id;
}
function showIssue(id, where = 'files') {
  Object.assign(filter, {issue: id, severity: '', label: '', part: '', state: '', text: ''});
  goTo(where);
}
function showClass(name) {
  Object.assign(filter, {issue: '', severity: '', label: name, part: '', state: '', text: ''});
  goTo('files');
}

function afterDecision() {
  const done = reviewedRows.reduce((n, row) => n + (isDecided(row) ? 1 : 0), 0), all = reviewedRows.length;
  fill($('progress'), `${count(done)} of ${count(all)} decided`,
    make('svg', {class: 'bar-line', viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
      make('rect', {class: 'track', width: 100, height: 8}), make('rect', {class: 'full', width: all ? 100 * done / all : 0, height: 8})));
}

/** What a decision key or button does to the chosen row; the next one follows. */
function act(choice, target = view.target()) {
  if (!target) return;
  if (target.row.isFolder) return toast('This finding is about a class: there is no file to decide on.');
  if (choice === 'keep-both' && !target.partner) return toast('Keep both is for copies.');
  const finish = (label = '') => {
    const wasSelected = view.target()?.row === target.row;
    decide([{...target, choice, label}]);
    toast(`${baseName(target.row.path)} ${choices.get(choice).done}${label ? ` as ${label}` : ''} · u undoes`);
    afterDecision();
    view.changed([target.row]);
    if (wasSelected) view.move(1, true);
    if (inspector.isOpen) inspector.open(view.target());
  };
  if (choice !== 'relabel') finish();
  else if (classNames.length === 0) toast('There are no classes here.');
  else askClass(target, finish);
}

function undo() {
  const changed = undoDecision();
  toast(changed ? `${changed.length === 1 ? baseName(changed[0].path) : plural(changed.length, 'file')}: taken back` : 'nothing to undo');
  if (!changed) return;
  afterDecision();
  view.changed(changed);
  if (inspector.isOpen) inspector.open(view.target());
}

const steps = {
  n: [1, true],
  p: [-1, true],
  ArrowDown: [1, false],
  ArrowUp: [-1, false],
  ArrowRight: [1, true],
  ArrowLeft: [-1, true]
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || $('ask').open) return;
  const {key} = event, choice = [...choices].find(([, one]) => one.key === key)?.[0], looking = inspector.isOpen;
  const onButton = event.target.closest?.('button, a, summary');
  if (choice) act(choice);
  else if (key === 'u') undo();
  else if (steps[key] && view.target()) {
    view.move(...steps[key]);
    if (looking) inspector.open(view.target());
  } else if (key === '?') openHelp();
  else if (key === '/' && !looking) {
    if (!view.search) goTo('files');
    setTimeout(() => view.search?.focus());
  } else if (/^[1-5]$/.test(key) && !looking) goTo(views[key - 1].id);
  else if (key === 'Enter' && !onButton && !looking && view.target()) inspector.open(view.target());
  else if (!(looking ? inspector.compare.key(key) : view.key(key))) return;
  event.preventDefault();
}

$('title').textContent = report.title;
document.title = `${report.title || 'report'} · surefoot clean`;
fill($('tabs'),
  views.filter((one) => one.id !== 'spot-check' || report.spot_checks.length)
    .map((one, i) => make('button', {type: 'button', 'data-view': one.id, title: `${one.title} (${i + 1})`, onclick: () => goTo(one.id)}, one.title,
           one.count() ? make('span', {class: 'soft'}, one.count()) : null)));
$('open-decisions').addEventListener('click', openDecisions);
$('open-help').addEventListener('click', openHelp);
for (const dialog of [$('inspect'), $('ask')])
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
addEventListener('keydown', onKey);
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  $('main').focus();
});
addEventListener('hashchange', () => openView(location.hash.slice(1)));
afterDecision();
openView(location.hash.slice(1));
// Thumbnails were still being read when the first view was drawn.
addEventListener('DOMContentLoaded', () => view.list?.redraw());
