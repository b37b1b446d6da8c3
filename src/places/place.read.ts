import { code, globalId, label, localName, number, one, text, texts } from '../read/fields.js';
import { everyone, type ReadType } from '../read/model.js';
import { sql } from '../read/sql.js';

export const placeRead: ReadType = {
  name: 'Place',
  rows: { table: 'place', rule: everyone },
  scope: 'reference:read',
  fields: {
    id: globalId('Place', 'code'),
    code: text('code'),
    kind: code('kind'),
    kindLabel: label('PlaceKind', 'kind'),
    name: localName('name'),
    aliases: texts('aliases'),
    parent: (row) => one(placeRead, (parent) => sql`${parent('key')} = ${row('parent_key')}`),
    latitude: number('latitude'),
    longitude: number('longitude'),
  },
};
