"""Sentences for the codes of this room."""

from __future__ import annotations

ERRORS = {
    "query_too_long": "搜索的文字太长,最多 {limit} 个字。",
    "unknown_code": "筛选里有系统不认识的选项({field})。请从列表里重新选。",
    "bad_region": "区划代码不对,要 2 到 12 位数字。",
    "bad_place": "位置不对:要中国的经纬度,距离大于 0、不超过 10000 公里。",
    "bad_cursor": "翻页的位置不对,请从第一页重新看。",
    "bad_amount": "金额不对,请填大于 0 的数字。",
    "page_size": "一页最多 {limit} 条。",
    "page_too_deep": "最多能看前 {limit} 条。请加上筛选条件再找。",
    "search_down": "搜索服务没有回答。资料没有丢,请稍后再试。",
    "search_version": "搜索服务的版本不对,要用 Elasticsearch 9。",
    "search_busy": "索引正被另一个程序写入,请稍后再试。",
    "rebuild_running": "索引正在重建,请等它做完。",
    "rebuild_mismatch": "新索引和资料对不上(读到 {read} 条,写入 {stored} 条),仍用原来的索引。",
    "no_previous_index": "没有更早的索引可以退回。",
    "not_understood": "搜索服务没有听懂这个请求,已记入日志。",
}
