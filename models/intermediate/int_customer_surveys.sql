with answers as (
    select
        *,
        (coalesce(answered_at, timestamp '0001-01-01 00:00:00'), answer_id) as age_rank
    from {{ ref('fct_survey') }}
    where customer_no is not null
),

newest as (
    select
        customer_no,
        count(*) as survey_count,
        max_by(answers, age_rank) as newest,
        max_by(answers, age_rank) filter (where survey_kind = 'nps') as nps,
        max_by(answers, age_rank) filter (where survey_kind = 'csi') as csi
    from answers
    group by customer_no
)

select
    customer_no,
    survey_count,
    newest.survey_kind as last_survey_kind,
    newest.topic as last_survey_topic,
    newest.score as last_survey_score,
    newest.answered_on as last_survey_on,
    nps.score as last_nps_score,
    nps.answered_on as last_nps_on,
    csi.score as last_csi_score,
    csi.answered_on as last_csi_on
from newest
