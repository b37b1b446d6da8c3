import type { Migration } from './migration.js';

/**
 * A verdict changes a record even where it leaves its status. Runs as the owner: no role may give the time of a record.
 * Writes none but that of the record whose verdict a policy has let through.
 */
export const stampAssessments: Migration = {
  name: '0011-stamp-assessments',
  isCompatible: true,
  async up(runner) {
    await runner.query(`
      create function stamp_assessed_incident() returns trigger
      language plpgsql security definer set search_path = public, pg_temp as $$
      begin
        update incident set updated_at = clock_timestamp() where key = new.incident_key;
        return null;
      end $$`);
    await runner.query('revoke execute on function stamp_assessed_incident() from public');
    await runner.query(`create trigger stamp_assessed_incident after insert on assessment
      for each row when (writing_nation() is not null) execute function stamp_assessed_incident()`);
  },
  async down(runner) {
    await runner.query('drop trigger stamp_assessed_incident on assessment');
    await runner.query('drop function stamp_assessed_incident()');
  },
};
