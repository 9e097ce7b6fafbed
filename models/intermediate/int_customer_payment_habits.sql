{{ config(meta={'by_customer': 'slices'}) }}
{% set methods = ['card', 'app', 'terminal', 'bank', 'cash'] %}
-- One scan of the payments with counters, because ties of the modes need an order: the method that stands first in
-- the list above, the earliest day of the month.
with counted as (
    select
        customer_no,
        count(*) as payment_count,
        count(amount) as known_count,
        sum(amount) as paid,
        max(amount) as largest_payment_amount,
        {%- for method in methods %}
        count(*) filter (where method = '{{ method }}') as {{ method }}_count,
        {%- endfor %}
        {%- for day in range(1, 32) %}
        count(*) filter (where day(paid_on) = {{ day }}) as day_{{ day }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fct_payment') }}
    where customer_no is not null
    group by customer_no
),

months as (
    select
        customer_no,
        {%- for first_day in mart_months() %}
        (paid_{{ first_day[:7] | replace('-', '_') }} is not null)::integer +
        {%- endfor %} 0 as paid_month_count
    from {{ ref('int_customer_payments') }}
),

ranked as (
    select
        *,
        [{% for method in methods %}{{ method }}_count{{ ', ' if not loop.last }}{% endfor %}] as by_method,
        [{% for day in range(1, 32) %}day_{{ day }}{{ ', ' if not loop.last }}{% endfor %}] as by_day
    from counted
)

select
    ranked.customer_no,
    {{ mean('ranked.paid', 'nullif(ranked.known_count, 0)') }} as mean_payment_amount,
    ranked.largest_payment_amount,
    case
        when list_max(ranked.by_method) > 0
            then {{ methods }}[list_position(ranked.by_method, list_max(ranked.by_method))]
    end as preferred_payment_method,
    case
        when list_max(ranked.by_day) > 0 then list_position(ranked.by_day, list_max(ranked.by_day))
    end as usual_payment_day,
    {%- for method in methods %}
    {{ percent('ranked.' ~ method ~ '_count', 'ranked.payment_count') }} as {{ method }}_payment_percent,
    {%- endfor %}
    months.paid_month_count
from ranked
inner join months using (customer_no)
