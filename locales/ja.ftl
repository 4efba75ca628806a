## 日時
month = { $month }
day = { $year }年{ $month }月{ $day }日
moment = { $day } { $clock } UTC
log-moment = { $month }月{ $day }日 { $clock }
just-now = たった今
ago = { $span }前
seconds = { $count }秒
minutes = { $count }分
hours = { $count }時間
days = { $count }日
