-- Ids: 41 bits of milliseconds since 2000-01-01Z, 6 bits of the author's shard, 16 bits of a sequence.
-- One clock and no leases: Postgres mints them in the insert. The sequence cycles; 65,536 ids would have
-- to be minted within one millisecond before two could be equal.
CREATE SEQUENCE "id_sequence" AS integer MINVALUE 0 MAXVALUE 65535 CYCLE;
--> statement-breakpoint
-- Lives of Redis buckets, and terms of leaders: numbers that only ever rise.
CREATE SEQUENCE "generation_sequence" AS bigint;
--> statement-breakpoint
CREATE SEQUENCE "leader_term_sequence" AS bigint;
--> statement-breakpoint
CREATE SEQUENCE "outbox_id_sequence" AS bigint;
--> statement-breakpoint
CREATE FUNCTION "id_of"("shard" integer, "at" timestamp with time zone, "sequence" integer) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ((trunc(extract(epoch FROM "at") * 1000)::bigint - 946684800000) << 22)
    | ("shard"::bigint << 16) | "sequence"::bigint;
--> statement-breakpoint
-- For rows with a date of their own: imports and sample data.
CREATE FUNCTION "mint_id_at"("shard" integer, "at" timestamp with time zone) RETURNS bigint
  LANGUAGE sql VOLATILE
  RETURN "id_of"("shard", "at", nextval('id_sequence')::integer);
--> statement-breakpoint
-- clock_timestamp(), not now(): a long transaction would mint ids in the past.
CREATE FUNCTION "mint_id"("shard" integer) RETURNS bigint
  LANGUAGE sql VOLATILE
  RETURN "id_of"("shard", clock_timestamp(), nextval('id_sequence')::integer);
--> statement-breakpoint
-- The shard spreads users evenly: it is the low bits of one draw, since a second draw for the sequence
-- would leave every other shard empty.
CREATE FUNCTION "mint_user_id_at"("moment" timestamp with time zone) RETURNS bigint
  LANGUAGE plpgsql VOLATILE AS $$
  DECLARE
    draw integer := nextval('id_sequence');
  BEGIN
    RETURN id_of(draw & 63, moment, draw);
  END
$$;
--> statement-breakpoint
CREATE FUNCTION "mint_user_id"() RETURNS bigint
  LANGUAGE sql VOLATILE
  RETURN "mint_user_id_at"(clock_timestamp());
--> statement-breakpoint
-- Immutable and inlined, so that `shard = shard_of($1)` prunes to one partition.
CREATE FUNCTION "shard_of"("id" bigint) RETURNS smallint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (("id" >> 16) & 63)::smallint;
