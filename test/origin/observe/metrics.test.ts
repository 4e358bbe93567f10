import { describe, expect, it } from 'vitest'
import { metrics } from '../../../origin/observe/metrics.ts'

describe('metrics', () => {
  it('have the names and labels that dashboards build on', async () => {
    const counted = metrics()
    counted.feedRead('latest', 'complete', 0.0015)
    counted.requestServed('GET', '/v1/feed', 200, 0.002)
    counted.postDecided('push')
    counted.postDecided('push')
    counted.postDecided('push')
    counted.postDecided('pull')
    counted.cacheRead('redis', 'post', 3, 1)
    counted.cacheRead('redis', 'timeline', 0, 2)
    counted.eventDelivered('post.created', 0.15)
    counted.groupLags('deliver', 1.5)
    counted.alarm('clock-skew', true)
    const text = await counted.exposition()

    for (const line of [
      'feed_latency_seconds_bucket{le="0.001",mode="latest",completeness="complete"} 0',
      'feed_latency_seconds_bucket{le="0.002",mode="latest",completeness="complete"} 1',
      'http_request_duration_seconds_count{method="GET",route="/v1/feed",status="200"} 1',
      'fan_out_strategy_ratio{strategy="push"} 0.75',
      'fan_out_strategy_ratio{strategy="pull"} 0.25',
      'cache_hit_ratio{layer="redis",kind="post"} 0.75',
      'cache_hit_ratio{layer="redis",kind="timeline"} 0',
      'delivery_lag_seconds_count{type="post.created"} 1',
      'log_group_lag_seconds{group="deliver"} 1.5',
      'alarm_raised{alarm="clock-skew"} 1',
    ]) {
      expect(text).toContain(line)
    }
  })

  it('of two are counted apart', async () => {
    const [one, other] = [metrics(), metrics()]
    one.deadLetterBuried('deliver')
    expect(await other.exposition()).not.toContain('dead_letters_total{group="deliver"}')
  })
})
