-- What holds at this moment, by the definitions and nothing else. A feed shows posts of whom the viewer
-- follows, and its own; none that is deleted, none of a muted author, none across a block, whichever side
-- made it. A single post is shown unless it is deleted or across a block.
select
  (select coalesce(json_object_agg(viewer.id::text, (
      select coalesce(json_agg(json_build_array(post.id::text, post.text)), '[]')
      from posts post
      where post.deleted_at is null
        and (post.author_id = viewer.id or exists (
          select from follows where follower_id = viewer.id and followee_id = post.author_id))
        and not exists (
          select from mutes where muter_id = viewer.id and muted_id = post.author_id)
        and not exists (
          select from blocks
          where (blocker_id = viewer.id and blocked_id = post.author_id)
            or (blocker_id = post.author_id and blocked_id = viewer.id))
    )), '{}') from users viewer) as feeds,
  (select coalesce(json_object_agg(id::text, text), '{}') from posts where deleted_at is null) as texts,
  (select coalesce(json_agg(json_build_array(blocker_id::text, blocked_id::text)), '[]') from blocks) as blocks
