-- Four shards a partition: enough to spread vacuum and indexes, few enough to plan quickly.
DO $$
BEGIN
  FOR shard IN 0..60 BY 4 LOOP
    EXECUTE format(
      'CREATE TABLE %I PARTITION OF posts FOR VALUES IN (%s, %s, %s, %s)',
      'posts_' || lpad((shard / 4)::text, 2, '0'), shard, shard + 1, shard + 2, shard + 3);
  END LOOP;
END
$$;
--> statement-breakpoint
-- Makes the partition of the time given and two ahead, of the outbox and of the ticks; answers how many
-- were missing. Six hours each, as OUTBOX_PARTITION_MS says. A partition is made beside its table and
-- then attached, since ATTACH lets writers go on where CREATE … PARTITION OF would wait for all of them.
-- Two callers at once take turns.
CREATE FUNCTION "ensure_outbox_partitions"("moment" timestamp with time zone DEFAULT clock_timestamp())
  RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  width CONSTANT interval := interval '6 hours';
  made integer := 0;
  parent text;
  name text;
  starts timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(4811000003);
  FOREACH parent IN ARRAY ARRAY['outbox', 'ticks'] LOOP
    FOR ahead IN 0..2 LOOP
      starts := date_bin(width, moment, timestamptz '2000-01-01 00:00:00+00') + ahead * width;
      name := parent || '_' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMMDD_HH24');
      CONTINUE WHEN to_regclass(name) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name, parent);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        parent, name, starts, starts + width);
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END
$$;
--> statement-breakpoint
SELECT ensure_outbox_partitions();
--> statement-breakpoint
-- The life of this database. A restore raises it, and tokens of the life before no longer count.
INSERT INTO "settings" ("key", "value") VALUES ('epoch', '1');
--> statement-breakpoint
INSERT INTO "invalidation_log_numbers" ("next") VALUES (1);
