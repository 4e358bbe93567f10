CREATE TABLE "delivery_ranges" (
	"delivery" text NOT NULL,
	"number" integer NOT NULL,
	"partition" smallint NOT NULL,
	"author" bigint NOT NULL,
	"posts" bigint[] NOT NULL,
	"after" bigint NOT NULL,
	"up_to" bigint,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"until" timestamp with time zone,
	"done_at" timestamp with time zone,
	CONSTRAINT "delivery_ranges_delivery_number_pk" PRIMARY KEY("delivery","number")
);
