{{ config(meta={'by_customer': 'sorted'}) }}
-- In force = without an end: whether an end lies ahead is for the catalogue to say.
select
    customer_no,
    count(*) as flag_count,
    count(*) filter (where ended_on is null) as open_flag_count,
    count(*) filter (where ended_on is null and flag_kind = 'vip') > 0 as flag_vip,
    count(*) filter (where ended_on is null and flag_kind = 'key_customer') > 0 as flag_key_customer,
    count(*) filter (where ended_on is null and flag_kind = 'difficult_customer') > 0 as flag_difficult_customer,
    max(set_on) as last_flag_on
from {{ ref('fct_flag') }}
where customer_no is not null
group by customer_no
