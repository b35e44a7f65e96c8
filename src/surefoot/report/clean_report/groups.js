// Copies: every one beside the picture that is kept.

class GroupsView extends SideView {
  constructor() {
    super();
    [this.id, this.title, this.kind, this.order] = ['groups', 'Duplicates', '', 'group'];
    this.pairs = groups.flatMap((group) => group.members.map((member) => ({group, member})));
  }
  count() { return count(groups.length); }

  items() {
    const found = this.pairs.filter(({member}) => !this.kind || member.groupKind === this.kind);
    const direction = {unsure: 1, sure: -1}[this.order];
    return direction ? found.sort((a, b) => direction * (a.member.groupScore - b.member.groupScore) || a.member.index - b.member.index) : found;
  }

  controls() {
    const kindNames = [...new Set(this.pairs.map(({member}) => member.groupKind))].filter(Boolean).sort();
    return [
      this.choose('kind', 'Kind of copy', [['', 'All kinds of copies'], ...kindNames.map((name) => [name, name])]),
      this.choose('order', 'Order', [['group', 'Group by group'], ['unsure', 'Least sure first'], ['sure', 'Surest first']])
    ];
  }
  drawSummary() {}

  line({group, member}, index) {
    return make('article', {class: `pair ${decisionOf(member, this.issueId(member))?.choice || ''}`, onclick: () => this.pick(index)},
      picture(group.kept || member), picture(member),
      make('div', {class: 'what'}, make('p', {class: 'name', title: member.path}, baseName(member.path)),
        make('p', {class: 'detail soft'}, `${group.number + 1} · ${member.groupKind || 'copy'} ${member.groupScore.toFixed(2)}`),
        decisionBadge(member, this.issueId(member))));
  }

  issueId(row) { return ['near-duplicate', 'exact-duplicate'].find((id) => issueOf(row, id)) || row.issues[0]?.kind.id || ''; }
  target() {
    const pair = this.list.selected;
    return pair ? {row: pair.member, issueId: this.issueId(pair.member), partner: pair.group.kept, group: pair.group} : null;
  }

  drawTarget(target) {
    const {group, row} = target, keptDecision = group.kept ? decisionBadge(group.kept) : null;
    fill(this.heading, make('h2', {}, `Group ${count(group.number + 1)}: ${plural(group.members.length, 'copy', 'copies')}`),
      make('p', {class: 'intro'}, group.kept ? `Kept: ${group.reason || baseName(group.kept.path)}. ` : 'The kept picture is not in this report. ',
        `This one: ${row.groupKind || 'copy'}, score ${row.groupScore.toFixed(3)}.`, keptDecision ? ' Kept one: ' : null, keptDecision),
      group.members.length > 1 ? make('div', {class: 'strip', role: 'group', 'aria-label': 'Pictures of the group'},
                                   group.members.map((member) => make('button', {
                                     type: 'button',
                                     class: `thumb ${decisionOf(member, this.issueId(member))?.choice || ''}`,
                                     'aria-pressed': String(member === row),
                                     'aria-label': baseName(member.path),
                                     title: member.path,
                                     onclick: () => this.pick(this.list.items.findIndex((pair) => pair.member === member))
                                   },
                                                       picture(member))))
                               : null,
      issueList(row));
    const bar = actionBar(target, ['remove', 'keep-both', 'keep', 'relabel'], {remove: 'Remove the copy', keep: 'Not a copy'});
    if (group.kept)
      bar.append(make('button', {type: 'button', class: 'act', title: 'Keep the copy, remove the one that was kept (w)', onclick: () => this.swap()},
        'Keep this one instead', make('kbd', {}, 'w')));
    fill(this.actions, bar);
  }

  swap() {
    const {row, issueId, partner} = this.target();
    if (!partner) return;
    decide([{row, issueId, choice: 'keep'}, {row: partner, issueId: '', choice: 'remove'}]);
    toast(`${baseName(row.path)} kept instead of ${baseName(partner.path)} · u undoes`);
    afterDecision();
    this.changed();
    this.move(1);
  }

  key(key) {
    if (key !== 'w') return super.key(key);
    if (this.target()) this.swap();
    return true;
  }
}
