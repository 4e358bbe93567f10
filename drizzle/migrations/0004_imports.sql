CREATE TABLE "imported_posts" (
	"external_id" text PRIMARY KEY NOT NULL,
	"post_id" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"kind" text NOT NULL,
	"file" text NOT NULL,
	"line" bigint DEFAULT 0 NOT NULL,
	"taken" bigint DEFAULT 0 NOT NULL,
	"repeated" bigint DEFAULT 0 NOT NULL,
	"rejected" bigint DEFAULT 0 NOT NULL,
	"report_bytes" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"finished_at" timestamp with time zone,
	"settled_at" timestamp with time zone,
	CONSTRAINT "imports_kind_file_pk" PRIMARY KEY("kind","file")
);
