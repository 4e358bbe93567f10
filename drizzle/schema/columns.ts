import { customType, timestamp } from 'drizzle-orm/pg-core'

/** 63-bit ids as decimal text, as they travel: a double cannot hold them. */
export const idColumn = customType<{ data: string; driverData: string }>({
  dataType: () => 'bigint',
})

/** A transaction id. 64 bits in Postgres; a safe integer holds those of centuries. */
export const xidColumn = customType<{ data: number; driverData: string }>({
  dataType: () => 'xid8',
  fromDriver: Number,
  toDriver: String,
})

export const moment = () => timestamp({ withTimezone: true, mode: 'date' })
