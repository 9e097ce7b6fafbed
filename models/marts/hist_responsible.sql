with versions as (
    {{ past_versions('responsible', "concat_ws(':', customer_id, line, valid_from)", [
        'line', 'employee_id', 'valid_from', 'valid_to', 'reason',
    ]) }}
)

select id as responsible_id, * exclude (id) from versions
