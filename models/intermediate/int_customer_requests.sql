{{ config(meta={'by_customer': 'sorted'}) }}
-- Open is what the service desk has not called resolved or closed. The mean score is rounded half up, in whole numbers.
with requests as (
    select * from {{ ref('fct_service_request') }} where customer_no is not null
),

picked as (
    select
        customer_no,
        count(*) as service_request_count,
        count(*) filter (where status in ('new', 'in_progress', 'waiting')) as open_service_request_count,
        count(*) filter (where repeated) as repeated_service_request_count,
        min(received_on) as first_service_request_on,
        max(received_on) as last_service_request_on,
        max({
            'at': received_at,
            'id': request_id,
            'topic': topic,
            'subtopic': subtopic,
            'channel': channel,
            'status': status
        }) filter (where received_at is not null) as last_request,
        max({'at': received_at, 'id': request_id, 'score': score})
            filter (where received_at is not null and score is not null) as last_scored,
        count(score) as service_score_count,
        (((200 * sum(score) + count(score)) // (2 * count(score))) * 0.01)::decimal(18, 2) as service_score_mean
    from requests
    group by customer_no
)

select
    * exclude (last_request, last_scored),
    last_request.topic as last_service_request_topic,
    last_request.subtopic as last_service_request_subtopic,
    last_request.channel as last_service_request_channel,
    last_request.status as last_service_request_status,
    last_scored.score as last_service_score
from picked
