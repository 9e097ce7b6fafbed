{#
  A sum divided by a count, or 100 times one count divided by another, to hundredths: half away from zero, in whole numbers, because
  a quotient in binary floats falls on the wrong side of a half (108580.645 became 108580.64).
#}
{% macro mean(total, count) %}
{{ hundredths('(100 * ' ~ total ~ ')::hugeint', count) }}::decimal(18, 2)
{% endmacro %}

{% macro percent(part, whole) %}
{{ hundredths('(10000 * ' ~ part ~ ')::hugeint', whole) }}::decimal(5, 2)
{% endmacro %}

{% macro hundredths(numerator, denominator) %}
((sign({{ numerator }}) * ((2 * abs({{ numerator }}) + {{ denominator }}) // (2 * {{ denominator }})))::decimal(20, 0) * 0.01)
{%- endmacro %}
