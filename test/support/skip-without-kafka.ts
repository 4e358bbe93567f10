import { needs } from './kafka.ts'

/** For tests that know nothing of Kafka, in a run in which the whole stands on it. */
needs('kafka')
