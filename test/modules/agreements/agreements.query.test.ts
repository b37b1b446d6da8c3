import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../support/app.js';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

describe('agreements', () => {
  it('come by the day they were signed, with every field', async () => {
    const { data } = await app
      .as(null, 'PUBLIC')
      .query(
        '{ agreements { id code title tr: title(locale: TR) signedOn effectiveAt signatories { code } provisions { number } sources } }',
      );
    expect(data.agreements.map(({ code }: { code: string }) => code)).toEqual([
      'trilateral-statement-2020',
      'memorandum-2020',
      'trilateral-statement-2021',
    ]);
    expect(data.agreements[0]).toEqual({
      id: 'Agreement:trilateral-statement-2020',
      code: 'trilateral-statement-2020',
      title: 'Trilateral statement of 10 November 2020',
      tr: '10 Kasım 2020 tarihli üçlü bildiri',
      signedOn: '2020-11-10',
      effectiveAt: '2020-11-09T21:00:00Z',
      signatories: [{ code: 'aliyev' }, { code: 'pashinyan' }, { code: 'putin' }],
      provisions: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => ({ number })),
      sources: expect.arrayContaining([expect.stringMatching(/^https:/)]),
    });
    expect(data.agreements[1]).toMatchObject({
      effectiveAt: null,
      signatories: [{ code: 'shoigu' }, { code: 'akar' }],
    });
  });

  it('are found by code, or not at all', async () => {
    const { data } = await app
      .as(null, 'PUBLIC')
      .query(
        '{ agreement(code: "memorandum-2020") { provisions { code } } none: agreement(code: "memorandum-2021") { id } }',
      );
    expect(data).toEqual({
      agreement: { provisions: [1, 2, 3, 4, 5].map((n) => ({ code: `memorandum-2020/${n}` })) },
      none: null,
    });
  });
});

describe('a provision', () => {
  it('answers every field', async () => {
    const { data } = await app.as(null, 'PUBLIC', { locale: 'TR' }).query(
      `{ provision(code: "trilateral-statement-2020/6") { id code number agreement { code } summary { text locale isFallback }
           obligedParties { code } places { code } deadlines { subject planned revised actual isOverdue }
           assessments { nation } jointStatus jointStatusLabel } }`,
    );
    expect(data.provision).toMatchObject({
      id: 'Provision:trilateral-statement-2020/6',
      number: 6,
      agreement: { code: 'trilateral-statement-2020' },
      summary: { text: expect.stringContaining('Laçın koridoru'), locale: 'TR', isFallback: false },
      obligedParties: [{ code: 'ARM' }, { code: 'AZE' }, { code: 'RUS' }],
      places: [{ code: 'kalbajar' }, { code: 'lachin' }, { code: 'shusha' }, { code: 'khankendi' }],
      assessments: [],
      jointStatus: null,
      jointStatusLabel: null,
    });
    expect(data.provision.deadlines).toHaveLength(4);
    expect(data.provision.deadlines[0]).toEqual({
      subject: 'Kelbecer ilinin iadesi',
      planned: '2020-11-15',
      revised: '2020-11-25',
      actual: '2020-11-25',
      isOverdue: false,
    });
  });

  it('has a deadline overdue when its last day set is past in Baku and it is not done', async () => {
    await app.sql(
      `insert into provision_deadline
       select key, 100 + n, 's', 's', 's', 's', planned, revised, actual from provision,
         (values (1, current_date - 30, null::date, null::date), (2, current_date - 30, current_date + 30, null),
                 (3, current_date - 30, current_date - 20, current_date - 1), (4, current_date + 30, null, null),
                 (5, null, null, null), (6, current_date + 30, current_date - 20, null)) d (n, planned, revised, actual)
        where code = 'trilateral-statement-2020/7'`,
    );
    const { data } = await app
      .as(null, 'PUBLIC')
      .query('{ provision(code: "trilateral-statement-2020/7") { deadlines { isOverdue } } }');
    expect(data.provision.deadlines.map(({ isOverdue }: { isOverdue: boolean }) => isOverdue)).toEqual([
      true,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it("shows each nation's latest assessment, and the joint status where they agree", async () => {
    const assess = (nation: string, status: string, day: number): Promise<unknown> =>
      app.sql(
        `insert into provision_assessment (key, provision_key, nation, status, assessed_at, assessed_by)
         select $1, key, $2, $3, $4, 'a head' from provision where code = 'trilateral-statement-2020/5'`,
        [randomUUID(), nation, status, new Date(Date.UTC(2021, 5, day))],
      );
    const ask = async () => {
      const { data } = await app
        .as(null, 'PUBLIC', { locale: 'EN' })
        .query(
          `{ provision(code: "trilateral-statement-2020/5") { assessments { nation status statusLabel rationale { text } assessedAt assessedBy } jointStatus jointStatusLabel } }`,
        );
      return data.provision;
    };
    await assess('TUR', 'FULL', 1);
    expect(await ask()).toEqual({
      assessments: [
        {
          nation: 'TUR',
          status: 'FULL',
          statusLabel: 'full implementation',
          rationale: null,
          assessedAt: '2021-06-01T00:00:00Z',
          assessedBy: 'a head',
        },
      ],
      jointStatus: null,
      jointStatusLabel: null,
    });
    await assess('RUS', 'MINIMAL', 2);
    expect(await ask()).toMatchObject({ jointStatus: null });
    await assess('RUS', 'FULL', 3);
    expect(await ask()).toMatchObject({
      assessments: [
        { nation: 'RUS', status: 'FULL' },
        { nation: 'TUR', status: 'FULL' },
      ],
      jointStatus: 'FULL',
      jointStatusLabel: 'full implementation',
    });
    await assess('TUR', 'LAPSED', 4);
    expect(await ask()).toMatchObject({ jointStatus: null });
  });

  it.each([
    ['TUR', 'LIAISON_OFFICER', 3],
    ['RUS', 'LIAISON_OFFICER', 3],
    ['AZE', 'LIAISON_OFFICER', 3],
    [null, 'PUBLIC', 1],
  ] as const)('finds for %s %s the incidents it concerns', async (nation, role, count) => {
    const { data } = await app.as(nation, role).query(
      `{ provision(code: "trilateral-statement-2020/6") { incidents { totalCount nodes { provisions { code } } } }
         filtered: incidents(filter: { provision: ["trilateral-statement-2020/6"] }) { totalCount } }`,
    );
    const { totalCount, nodes } = data.provision.incidents;
    expect(nodes).toHaveLength(totalCount);
    expect(data.filtered.totalCount).toBe(totalCount);
    expect(totalCount).toBe(count);
    for (const { provisions } of nodes) {
      expect(provisions).toContainEqual({ code: 'trilateral-statement-2020/6' });
    }
  });
});
