with answers as (
    select * from {{ ref('stg_survey') }}
),

numbers as (
    select * from {{ ref('int_customer_number') }}
)

select
    numbers.customer_no,
    answers.answer_id,
    answers.answered_at__date as answered_on,
    answers.answered_at,
    answers.survey_kind,
    answers.topic,
    answers.channel,
    answers.score,
    answers.comment
from answers
left join numbers using (customer_id)
