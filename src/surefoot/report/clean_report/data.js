// What surefoot wrote into the page, taken apart once: rows, kinds of issues, groups of copies, histograms.

const report = JSON.parse($('report').textContent);
const kinds = report.kinds.map(([id, title, summary]) => ({id, title, summary, rows: []}));
const kindById = new Map(kinds.map((kind) => [kind.id, kind]));
const severities = ['high', 'medium', 'low'];
const rows = readRows();
const rowByPath = new Map(rows.map((row) => [row.path, row]));
const groups = readGroups();
const classNames = report.classes.map(([name]) => name);
const histograms = new Map(report.histograms.map((histogram) => [histogram.issue, {...histogram, value: histogram.threshold}]));
const listedRows = rows.filter((row) => row.issues.length > 0);
const reviewedRows = listedRows.filter((row) => !row.isFolder);

function kindOf(numberOrId) {
  if (typeof numberOrId === 'number') return kinds[numberOrId];
  if (!kindById.has(numberOrId)) {
    const kind = {id: numberOrId, title: numberOrId, summary: '', rows: []};
    kinds.push(kind);
    kindById.set(numberOrId, kind);
  }
  return kindById.get(numberOrId);
}

function readRow(fields, index) {
  const [path, label, part, content, width, height, effectiveWidth, effectiveHeight, quality, bytes, group, kept, groupScore, groupKind, earlier, issueFields] =
    fields;
  const row = {
    index,
    path,
    label,
    part,
    content,
    width,
    height,
    effectiveWidth,
    effectiveHeight,
    quality,
    bytes,
    group,
    kept: kept === 1,
    groupScore,
    groupKind,
    earlier,
    issues: []
  };
  for (const [kindNumber, severity, score, related, detail] of issueFields) {
    const kind = kindOf(kindNumber);
    row.issues.push({kind, severity, score: score ?? 0, related, detail, active: true});
    kind.rows.push(row);
  }
  // A finding about a class names its folder: there is no picture to decide on.
  row.isFolder = row.issues.length > 0 && row.issues.every((issue) => issue.kind.id === 'imbalance');
  return row;
}

function readRows() {
  const all = [];
  for (let chunk = 0; $(`rows-${chunk}`); ++chunk) {
    const element = $(`rows-${chunk}`);
    for (const fields of JSON.parse(element.textContent)) all.push(readRow(fields, all.length));
    element.remove();
  }
  return all;
}

function readGroups() {
  const reasons = new Map(report.groups), byNumber = new Map();
  for (const row of rows) {
    if (row.group < 0) continue;
    if (!byNumber.has(row.group)) byNumber.set(row.group, {number: row.group, reason: reasons.get(row.group) || '', kept: null, members: []});
    const group = byNumber.get(row.group);
    if (row.kept) group.kept ??= row;
    else group.members.push(row);
  }
  return [...byNumber.values()].filter((group) => group.members.length > 0).sort((a, b) => a.number - b.number);
}

const issueOf = (row, id) => row.issues.find((issue) => issue.kind.id === id);
/** The issue that says most: the gravest, then the surest. */
const mainIssue = (row) => row.issues.reduce((best, issue) => {
  if (!best || issue.active !== best.active) return !best || issue.active ? issue : best;
  const order = severities.indexOf(best.severity) - severities.indexOf(issue.severity);
  return order > 0 || (order === 0 && issue.score > best.score) ? issue : best;
}, null);

// Thumbnails are read 64 at a time, when one of them is to be seen; the last few chunks are kept.
const chunkRows = 64, chunksKept = 48, chunks = new Map();
function thumbnailUri(row) {
  const number = Math.floor(row.index / chunkRows);
  let chunk = chunks.get(number);
  if (chunk) {
    chunks.delete(number);
  } else {
    const element = $(`thumbnails-${number}`);
    // While the page is still being read, the chunk may be there but not yet whole: only the last one can be.
    if (!element || (document.readyState === 'loading' && !element.nextElementSibling)) return '';
    chunk = JSON.parse(element.textContent);
  }
  chunks.set(number, chunk);
  if (chunks.size > chunksKept) chunks.delete(chunks.keys().next().value);
  const text = chunk[row.index % chunkRows];
  return text ? `data:image/jpeg;base64,${text}` : '';
}

/** The bytes behind the escape that surefoot prints names with (`\\` and `\xNN`), percent-encoded for an address. */
function encodePath(printed) {
  return printed.replace(/\\\\|\\x([0-9a-f]{2})|[^\\]+|\\/g, (piece, hex) => {
    if (hex) return `%${hex}`;
    return piece[0] === '\\' ? '%5C' : encodeURIComponent(piece).replaceAll('%2F', '/');
  });
}
/** The picture itself, for a page that was opened from the disk; empty elsewhere. */
function fullPictureUrl(row) {
  if (location.protocol !== 'file:' || !report.root.startsWith('/') || row.isFolder) return '';
  return `file://${encodePath(row.path.startsWith('/') ? row.path : `${report.root.replace(/\/+$/, '')}/${row.path}`)}`;
}
