// What the person decided: kept over reloads, undone step by step, downloaded as `surefoot clean --apply` reads it.

const choices = new Map([
  ['keep', {title: 'Keep', done: 'kept', key: 'k', hint: 'nothing is wrong with it'}],
  ['remove', {title: 'Remove', done: 'to be removed', key: 'r', hint: 'to the quarantine; can be undone'}],
  ['relabel', {title: 'Relabel', done: 'relabelled', key: 'l', hint: 'move it to another class'}],
  ['keep-both', {title: 'Keep both', done: 'both kept', key: 'b', hint: 'no copy, or a copy that is wanted; remembered for this pair'}],
]);
const decisions = new Map();  // row -> [{issue, choice, label, related}]: `issue` is empty where the file as a whole is meant
const past = [];              // for undo: lists of [row, what was decided before]
const storageKey = `surefoot-clean:${report.title}|${report.root}`;
let storageWorks = true;

/** What holds for a row as far as an issue goes (any issue where `issueId` is empty): the weightiest word. */
function decisionOf(row, issueId = '') {
  const list = decisions.get(row);
  if (list) {
    const fitting = list.filter((one) => !issueId || !one.issue || one.issue === issueId || one.choice === 'remove' || one.choice === 'relabel');
    for (const choice of ['remove', 'relabel', 'keep-both', 'keep']) {
      const found = fitting.find((one) => one.choice === choice);
      if (found) return found;
    }
    if (list.length > 0) return null;
  }
  return row.earlier ? {issue: '', choice: row.earlier, label: '', related: '', earlier: true} : null;
}
const isDecided = (row) => decisions.has(row) || row.earlier !== '';

/**
 * One step for undo, of [{row, issueId, partner, choice, label}]. Remove and a word on the file as a whole replace what was said of it; a word on
 * one finding leaves those on its others alone, but takes back a removal.
 */
function decide(targets) {
  const step = [];
  for (const {row, issueId, partner, choice, label} of targets) {
    const before = decisions.get(row);
    step.push([row, before]);
    const whole = choice === 'remove' || issueId === '';
    const others = whole
      ? []
      : (before || [])
          .filter((one) => one.choice !== 'remove' && one.issue !== '' && one.issue !== issueId && !(one.choice === 'relabel' && choice === 'relabel'));
    decisions.set(
      row, [...others, {issue: issueId, choice, label: choice === 'relabel' ? label : '', related: choice === 'keep-both' && partner ? partner.content : ''}]);
  }
  past.push(step);
  saveDecisions();
}

/** @return the rows that changed, or null where there is nothing to undo */
function undoDecision() {
  const step = past.pop();
  if (!step) return null;
  for (const [row, before] of step.reverse()) {
    if (before) decisions.set(row, before);
    else decisions.delete(row);
  }
  saveDecisions();
  return step.map(([row]) => row);
}

function decisionRecords() {
  const records = [];
  for (const row of [...decisions.keys()].sort((a, b) => a.index - b.index)) {
    for (const {issue, choice, label, related} of decisions.get(row))
      records.push({path: row.path, content: row.content, issue, decision: choice, label, related});
  }
  return records;
}

/** RFC 4180, with surefoot's guard against formulas. Names are in surefoot's escape already. */
function csvField(text) {
  const guarded = /^[=+\-@\t\r']/.test(text) ? `'${text}` : text;
  return /[,"\n\r]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
const decisionsCsv =
  () => ['path,content,issue,decision,label,related', ...decisionRecords().map((record) => Object.values(record).map(csvField).join(','))].join('\n') + '\n';
const decisionsJson = () => JSON.stringify(decisionRecords(), null, 1) + '\n';

let saveTimer = 0;
function saveDecisions() {
  if (!saveTimer) saveTimer = setTimeout(saveDecisionsNow, 300);
}
function saveDecisionsNow() {
  clearTimeout(saveTimer);
  saveTimer = 0;
  try {
    localStorage.setItem(storageKey,
      JSON.stringify(
        decisionRecords().map(({path, content, issue, decision, label, related}) => [path, content.slice(0, 8), issue, decision, label, related])));
  } catch {
    if (storageWorks) toast('This browser does not keep decisions over a reload: download them before you close the page.', 8000);
    storageWorks = false;
  }
}

/** Decisions on files that are gone or have changed since are dropped. */
function loadDecisions() {
  let records = [];
  try {
    records = JSON.parse(localStorage.getItem(storageKey) || '[]');
  } catch { storageWorks = false; }
  for (const [path, content, issue, decision, label, related] of Array.isArray(records) ? records : []) {
    const row = rowByPath.get(path);
    if (!row || !row.content.startsWith(content) || !choices.has(decision)) continue;
    decisions.set(row, [...(decisions.get(row) || []), {issue: String(issue), choice: decision, label: String(label), related: String(related)}]);
  }
}
loadDecisions();
addEventListener('pagehide', saveDecisionsNow);

/** As a shell takes it; surefoot's escape of odd bytes is also that of $'...'. */
function shellWord(printed) {
  if (/^[A-Za-z0-9_./:@%+=-]+$/.test(printed) && !printed.startsWith('-')) return printed;
  return printed.includes('\\') ? `$'${printed.replaceAll('\'', '\\\'')}'` : `'${printed.replaceAll('\'', '\'\\\'\'')}'`;
}
function nextCommand(file = 'decisions.csv') {
  let out = 'OUT';
  if (location.protocol === 'file:') {
    try {
      out = decodeURIComponent(location.pathname.replace(/\/[^/]*$/, '')) || '/';
    } catch { out = 'OUT'; }
  }
  const odd = /[\x00-\x1f\\]/.test(out);
  return `surefoot clean ${report.root ? shellWord(report.root) : 'DIR'} --out ${odd ? 'OUT' : shellWord(out)} --apply ${file}`;
}
