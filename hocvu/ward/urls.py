from django.urls import path, re_path

from hocvu.ward.views import accounts, health, jobs, neighbourhoods, trail, units, wards

app_name = "ward"
urlpatterns = [
    path("bat-dau/", wards.begin, name="begin"),
    path("noi-lam-viec/", wards.wards, name="wards"),
    path("noi-lam-viec/them/", wards.add_ward, name="add_ward"),
    path("noi-lam-viec/<slug:ward_slug>/sua/", wards.change_ward, name="change_ward"),
    path("don-vi/", units.units, name="units"),
    path("don-vi/them/", units.add_unit, name="add_unit"),
    path("don-vi/<int:unit_id>/", units.unit, name="unit"),
    path("don-vi/<int:unit_id>/sua/", units.change_unit, name="change_unit"),
    path("khu-dan-cu/", neighbourhoods.neighbourhoods, name="neighbourhoods"),
    path("khu-dan-cu/them/", neighbourhoods.add, name="add_neighbourhoods"),
    path("khu-dan-cu/sap-nhap/", neighbourhoods.merge, name="merge_neighbourhoods"),
    path("khu-dan-cu/<int:neighbourhood_id>/chia/", neighbourhoods.split, name="split_neighbourhood"),
    path("tai-khoan/", accounts.accounts, name="accounts"),
    path("tai-khoan/them/", accounts.add_account, name="add_account"),
    path("tai-khoan/<int:account_id>/", accounts.account, name="account"),
    path("tai-khoan/<int:account_id>/vai-tro/", accounts.give_role, name="give_role"),
    path("tai-khoan/<int:account_id>/mat-khau/", accounts.renew_password, name="renew_password"),
    path("tai-khoan/<int:account_id>/khoa/", accounts.switch_account, name="switch_account"),
    path("vai-tro/<int:grant_id>/thoi/", accounts.end_role, name="end_role"),
    path("nhat-ky/", trail.trail, name="trail"),
    path("viec-nen/", jobs.jobs, name="jobs"),
    path("viec-nen/<uuid:task_id>/chay-lai/", jobs.try_task_again, name="try_task_again"),
    path("viec-nen/lich/<int:run_id>/chay-lai/", jobs.try_run_again, name="try_run_again"),
    path("viec-nen/tien-do/<uuid:work_id>/", jobs.work_progress, name="work"),
    re_path(r"^suc-khoe/?$", health.health, name="health"),
]
