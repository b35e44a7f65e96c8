// What opens above a view: one picture in full, the choice of a class, help, the download.

let toastTimer = 0;
function toast(text, milliseconds = 2600) {
  $('toast').textContent = text;
  $('toast').classList.add('on');
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => $('toast').classList.remove('on'), milliseconds);
}

function openDialog(dialog, ...children) {
  fill(dialog, children);
  if (!dialog.open) dialog.showModal();
}
const closeButton = (dialog) => make('button', {type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => dialog.close()}, '✕');

function issueChips(row, chosen = '') {
  return make('span', {class: 'chips'},
    [...row.issues]
      .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
      .map((issue) => make('span', {
        class: `issue ${issue.severity} ${issue.active ? '' : 'inactive'} ${issue.kind.id === chosen ? 'chosen' : ''}`,
        title: `${issue.severity}: ${issue.kind.summary}`
      },
             issue.kind.title, make('b', {}, issue.score.toFixed(2)))));
}

function decisionBadge(row, issueId = '') {
  const decision = decisionOf(row, issueId);
  if (!decision) return null;
  const text = decision.choice === 'relabel' ? `→ ${decision.label}` : choices.get(decision.choice)?.title ?? decision.choice;
  return make(
    'span', {class: `badge ${decision.choice}`, title: decision.earlier ? 'decided in an earlier run' : null}, decision.earlier ? `${text} (earlier)` : text);
}

/** Buttons for what a key does too. @param titles other names for some of them */
function actionBar(target, only = [...choices.keys()], titles = {}, withBadge = true) {
  const decision = decisionOf(target.row, target.issueId);
  return make('div', {class: 'actions', role: 'group', 'aria-label': 'Decision'},
    only.filter((choice) => choice !== 'keep-both' || target.partner)
      .map((choice) => make('button', {
        type: 'button',
        class: `act ${choice}`,
        'aria-pressed': String(decision?.choice === choice),
        title: `${choices.get(choice).hint} (${choices.get(choice).key})`,
        onclick: (event) => {
          event.stopPropagation();
          act(choice, target);
        }
      },
             titles[choice] || choices.get(choice).title, make('kbd', {}, choices.get(choice).key))),
    withBadge && decision && (decision.choice === 'relabel' || decision.earlier) ? decisionBadge(target.row, target.issueId) : null);
}

function issueList(row) {
  return make('ul', {class: 'issue-list'},
    row.issues.map((issue) => make('li', {class: issue.active ? null : 'inactive'},
                     make('span', {class: `issue ${issue.severity}`}, issue.kind.title, make('b', {}, issue.score.toFixed(2))), ' ', issue.detail,
                     issue.related ? make('span', {class: 'soft'}, ' → ', issue.related) : null)));
}

const inspector = {
  compare: null,
  open(target) {
    const dialog = $('inspect'), {row, partner} = target;
    const host = make('div', {class: 'compare'});
    const mode = this.compare?.mode;
    this.compare = new Compare(host);
    if (mode) this.compare.mode = mode;
    openDialog(dialog, closeButton(dialog), make('h2', {}, make('span', {class: 'soft'}, folderName(row.path)), baseName(row.path)), issueList(row),
      row.isFolder ? null : actionBar(target), host);
    this.compare.show(partner || null, row, row.groupKind);
  },
  get isOpen() { return $('inspect').open; },
};

/** @param chosen is called with the class' name */
function askClass(target, chosen) {
  const dialog = $('ask'),
        suggestions = target.row.issues.map((issue) => issue.related).filter((name) => classNames.includes(name) && name !== target.row.label);
  const input = make('input', {type: 'search', placeholder: 'type a name or a number', 'aria-label': 'Class', autocomplete: 'off'});
  const list = make('ul', {class: 'class-list', role: 'listbox', 'aria-label': 'Classes'});
  let shown = [], place = 0;
  // A field in a closed dialog would still swallow the next key.
  const finish = (name) => {
    input.blur();
    dialog.close();
    chosen(name);
  };
  const draw = () => {
    const text = input.value.trim().toLowerCase();
    const fitting = classNames.map((name, i) => ({name, number: i + 1})).filter(({name,
      number}) => name !== target.row.label && (!text || name.toLowerCase().includes(text) || String(number).startsWith(text)));
    const rank = ({name, number}) => (String(number) === text ? 0 : suggestions.includes(name) ? 1 : name.toLowerCase().startsWith(text) ? 2 : 3);
    shown = fitting.sort((a, b) => rank(a) - rank(b) || a.number - b.number).slice(0, 200);
    place = Math.max(0, Math.min(place, shown.length - 1));
    fill(list,
      shown.map(({name, number}, i) => make('li', {role: 'option', 'aria-selected': String(i === place), onclick: () => finish(name)},
                  make('span', {class: 'soft number'}, number), name, suggestions.includes(name) ? make('span', {class: 'soft'}, 'suggested') : null)),
      shown.length ? null : make('li', {class: 'soft'}, 'no class fits'));
    list.children[place]?.scrollIntoView({block: 'nearest'});
  };
  input.addEventListener('input', () => {
    place = 0;
    draw();
  });
  input.addEventListener('keydown', (event) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step) {
      place += step;
      draw();
      event.preventDefault();
    }
    if (event.key === 'Enter' && shown[place]) {
      event.preventDefault();
      finish(shown[place].name);
    }
    event.stopPropagation();
    if (event.key === 'Escape') dialog.close();
  });
  draw();
  openDialog(dialog, closeButton(dialog), make('h2', {}, 'Which class is it?'),
    make('div', {class: 'ask-picture'}, picture(target.row),
      make('p', {}, baseName(target.row.path), make('br'), make('span', {class: 'soft'}, `now ${target.row.label || 'without a class'}`))),
    input, list);
  input.focus();
}

function askFirst(question, detail, answer, then) {
  const dialog = $('ask'),
        yes = make('button', {
          type: 'button',
          class: 'primary',
          onclick: () => {
            dialog.close();
            then();
          }
        },
          answer);
  openDialog(dialog, closeButton(dialog), make('h2', {}, question), make('p', {class: 'soft'}, detail),
    make('div', {class: 'actions'}, yes, make('button', {type: 'button', onclick: () => dialog.close()}, 'Cancel')));
  yes.focus();
}

function openHelp() {
  const keys = [
    ...[...choices].map(([, {title, key, hint}]) => [key, title, hint]), ['u', 'Undo', 'the last decision, again and again'], ['n ↓', 'Next', ''],
    ['p ↑', 'Previous', ''], ['← →', 'Beside', 'in a gallery'], ['Enter', 'Look closer', 'the picture itself, all its findings'],
    ['s f d', 'Compare', 'side by side, flip, difference'], ['w', 'Swap', 'keep the copy, remove the one that was kept'],
    ['+ − 0', 'Zoom', 'drag moves the picture'], ['/', 'Search', ''], ['1 … 5', 'Views', ''], ['Esc', 'Close', '']
  ];
  const dialog = $('ask');
  openDialog(dialog, closeButton(dialog), make('h2', {}, 'Keys'),
    make('table', {class: 'keys'},
      make('tbody', {},
        keys.map(([key, title, hint]) => make('tr', {}, make('td', {}, key.split(' ').map((one) => make('kbd', {}, one))), make('th', {scope: 'row'}, title),
                   make('td', {class: 'soft'}, hint))))),
    make('p', {class: 'soft'}, 'Nothing changes on the disk from here: decisions are kept in this browser until you download and apply them.'));
}

function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], {type})), link = make('a', {href: address, download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

function openDecisions() {
  const dialog = $('ask'), records = decisionRecords(), tally = new Map();
  for (const {decision} of records) tally.set(decision, (tally.get(decision) || 0) + 1);
  const command = nextCommand();
  openDialog(dialog, closeButton(dialog), make('h2', {}, 'Decisions'),
    records.length ? make('p', {class: 'chips'},
                       [...tally].map(([choice, n]) => make('span', {class: `badge ${choice}`}, `${count(n)} ${choices.get(choice).title.toLowerCase()}`)))
                   : make('p', {class: 'soft'}, 'None yet: k keeps, r removes, l relabels, b keeps both.'),
    make('div', {class: 'actions'},
      make('button', {type: 'button', class: 'primary', disabled: !records.length, onclick: () => download('decisions.csv', 'text/csv', decisionsCsv())},
        'Download CSV'),
      make('button', {type: 'button', disabled: !records.length, onclick: () => download('decisions.json', 'application/json', decisionsJson())},
        'Download JSON')),
    make('p', {class: 'soft'}, 'Then run, where the file was saved:'), make('pre', {class: 'command'}, command),
    make(
      'button', {
        type: 'button',
        onclick: () => navigator.clipboard?.writeText(command).then(() => toast('copied'), () => toast('this browser does not let a page copy'))
      },
      'Copy the command'),
    make('p', {class: 'soft'},
      storageWorks ? 'Decisions stay in this browser over a reload. What is removed goes to a quarantine: surefoot clean --undo brings it back.'
                   : 'This browser does not keep decisions over a reload.'));
}
