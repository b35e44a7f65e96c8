// Which rows are shown, and where the thresholds stand.

const filter = {
  issue: '',
  severity: '',
  label: '',
  part: '',
  state: '',
  text: '',
  sort: 'score'
};

/** Pictures on the bad side of a value; bins are cut in proportion. */
function picturesBeyond(histogram, value) {
  const bins = histogram.counts.length, width = (histogram.high - histogram.low) / bins;
  let sum = 0;
  histogram.counts.forEach((n, i) => {
    const below = Math.min(1, Math.max(0, (value - histogram.low - i * width) / width));
    sum += n * (histogram.below ? below : 1 - below);
  });
  return Math.round(sum);
}

/**
 * Moves a threshold: the issue's findings beyond it stay. The sides of a picture are known exactly; of any other measure the surest findings
 * stay, as many as the histogram has pictures beyond the new value for each beyond the old one (scores rise with the measure).
 */
function moveThreshold(histogram, value) {
  histogram.value = value;
  const kind = kindById.get(histogram.issue);
  if (!kind) return;
  const list = kind.rows.map((row) => [row, issueOf(row, kind.id)]);
  if (/^short side/.test(histogram.label)) {
    for (const [row, issue] of list) issue.active = value === histogram.threshold || Math.min(row.width, row.height) < value;
    return;
  }
  const before = picturesBeyond(histogram, histogram.threshold);
  const share = before > 0 ? Math.min(1, picturesBeyond(histogram, value) / before) : 1;
  list.sort((a, b) => b[1].score - a[1].score);
  const kept = Math.round(share * list.length);
  list.forEach(([, issue], place) => {
    issue.active = place < kept;
  });
}

const activeIn = (kind) => kind.rows.reduce((n, row) => n + (issueOf(row, kind.id).active ? 1 : 0), 0);

function fits(row, text) {
  if (filter.label && row.label !== filter.label) return false;
  if (filter.part && row.part !== filter.part) return false;
  if (filter.state === 'open' && isDecided(row)) return false;
  if (filter.state === 'decided' && !isDecided(row)) return false;
  if (choices.has(filter.state) && decisionOf(row)?.choice !== filter.state) return false;
  if (!row.issues.some(
        (issue) => issue.active && (!filter.issue || issue.kind.id === filter.issue) && (!filter.severity || issue.severity === filter.severity)))
    return false;
  if (!text) return true;
  return row.path.toLowerCase().includes(text) ||
    row.issues.some((issue) => issue.detail.toLowerCase().includes(text) || issue.related.toLowerCase().includes(text));
}

function filteredRows() {
  const text = filter.text.trim().toLowerCase();
  const found = listedRows.filter((row) => fits(row, text));
  if (filter.sort === 'path') return found;
  const rank = new Map(found.map((row) => {
    const issue = (filter.issue && issueOf(row, filter.issue)) || mainIssue(row);
    return [row, filter.issue ? issue.score : 10 - severities.indexOf(issue.severity) + issue.score / 2];
  }));
  const direction = filter.sort === 'unsure' ? -1 : 1;
  return found.sort((a, b) => direction * (rank.get(b) - rank.get(a)) || a.index - b.index);
}
