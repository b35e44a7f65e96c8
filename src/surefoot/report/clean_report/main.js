// A first, plain page.
document.body.append(make('main', {}, make('h1', {}, report.title), make('p', {}, plural(reviewedRows.length, 'picture') + ' with findings'),
  make('table', {}, kinds.map((kind) => make('tr', {}, make('td', {}, kind.title), make('td', {}, count(kind.rows.length))))),
  make('table', {}, listedRows.slice(0, 500).map((row) => make('tr', {}, make('td', {}, row.path), make('td', {}, row.issues.map((issue) => issue.kind.title).join(', ')))))));
