import { byKey, code, globalId, label, localName, number, text, texts } from '../../planner/fields.js';
import { everyone, type ReadType } from '../../planner/model.js';

export const placeRead: ReadType = {
  name: 'Place',
  rows: { table: 'place', rule: everyone, isReference: true },
  scope: 'reference:read',
  fields: {
    id: globalId('Place', 'code'),
    code: text('code'),
    kind: code('kind'),
    kindLabel: label('PlaceKind', 'kind'),
    name: localName('name'),
    aliases: texts('aliases'),
    parent: (row) => byKey(placeRead, row('parent_key')),
    latitude: number('latitude'),
    longitude: number('longitude'),
  },
};
