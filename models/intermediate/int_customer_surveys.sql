{{ config(meta={'by_customer': 'sorted'}) }}
with answers as (
    select
        customer_no,
        survey_kind,
        {'kind': survey_kind, 'topic': topic, 'score': score, 'answered_on': answered_on} as answer,
        (coalesce(answered_at, timestamp '0001-01-01 00:00:00'), answer_id) as age_rank
    from {{ ref('fct_survey') }}
    where customer_no is not null
),

newest as (
    select
        customer_no,
        count(*) as survey_count,
        max_by(answer, age_rank) as any_kind,
        max_by(answer, age_rank) filter (where survey_kind = 'nps') as nps,
        max_by(answer, age_rank) filter (where survey_kind = 'csi') as csi
    from answers
    group by customer_no
)

select
    customer_no,
    survey_count,
    any_kind.kind as last_survey_kind,
    any_kind.topic as last_survey_topic,
    any_kind.score as last_survey_score,
    any_kind.answered_on as last_survey_on,
    nps.score as last_nps_score,
    nps.answered_on as last_nps_on,
    csi.score as last_csi_score,
    csi.answered_on as last_csi_on
from newest
