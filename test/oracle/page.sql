-- What a viewer's latest page must be, by the definition and nothing else: $1 the viewer, $2 an exclusive
-- upper bound or null, $3 how many. Posts of whom the viewer follows, and its own; none that is deleted,
-- none of a muted author, none across a block, whichever side made it.
select post.id::text as id
from posts post
where post.deleted_at is null
  and ($2::bigint is null or post.id < $2)
  and (
    post.author_id = $1
    or post.author_id in (select followee_id from follows where follower_id = $1)
  )
  and post.author_id not in (select muted_id from mutes where muter_id = $1)
  and post.author_id not in (select blocked_id from blocks where blocker_id = $1)
  and post.author_id not in (select blocker_id from blocks where blocked_id = $1)
order by post.id desc
limit $3
