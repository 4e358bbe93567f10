CREATE TABLE "log_members" (
	"group_name" text NOT NULL,
	"member" text NOT NULL,
	"until" timestamp with time zone NOT NULL,
	CONSTRAINT "log_members_group_name_member_pk" PRIMARY KEY("group_name","member")
);
--> statement-breakpoint
CREATE INDEX "ticks_by_time" ON "ticks" USING btree ("at");