import { code, globalId, label, localName, text } from '../../planner/fields.js';
import { everyone, type ReadType } from '../../planner/model.js';

export const partyRead: ReadType = {
  name: 'Party',
  rows: { table: 'party', rule: everyone, isReference: true },
  scope: 'reference:read',
  fields: {
    id: globalId('Party', 'code'),
    code: text('code'),
    kind: code('kind'),
    kindLabel: label('PartyKind', 'kind'),
    name: localName('name'),
  },
};
