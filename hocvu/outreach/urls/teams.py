"""Teams, their members, the rules."""

from __future__ import annotations

from django.urls import URLPattern, path

from hocvu.outreach.views import rules, teams

urlpatterns: list[URLPattern] = [
    path("to-cong-nghe/", teams.team_list, name="teams"),
    path("to-cong-nghe/quy-tac/", rules.outreach_rules, name="outreach_rules"),
    path("to-cong-nghe/quy-tac/<slug:code>/", rules.decide_rule, name="decide_outreach_rule"),
    path("to-cong-nghe/<int:unit_id>/", teams.team_page, name="team"),
    path("to-cong-nghe/<int:unit_id>/thanh-vien/", teams.team_members, name="team_members"),
    path("to-cong-nghe/<int:unit_id>/them-thanh-vien/", teams.add_member, name="add_team_member"),
    path("to-cong-nghe/<int:unit_id>/them-noi/", teams.add_place, name="add_team_place"),
    path("to-cong-nghe/thanh-vien/<int:teammember_id>/thoi/", teams.end_member, name="end_team_member"),
    path("to-cong-nghe/thanh-vien/<int:teammember_id>/to-truong/", teams.change_lead, name="change_team_lead"),
    path("to-cong-nghe/noi/<int:teamplace_id>/thoi/", teams.end_place, name="end_team_place"),
]
