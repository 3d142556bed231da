"""Training of officials."""

from django.urls import path

from hocvu.outreach.views import training

urlpatterns = [
    path("boi-duong/", training.training_list, name="trainings"),
    path("boi-duong/them/", training.add_training, name="add_training"),
    path("boi-duong/<int:training_id>/", training.one_training, name="training"),
    path("boi-duong/<int:training_id>/sua/", training.change_training, name="change_training"),
    path("boi-duong/<int:training_id>/rut/", training.withdraw_training, name="withdraw_training"),
    path("boi-duong/<int:training_id>/long-ghep/", training.mark_programme, name="mark_programme"),
    path("boi-duong/<int:training_id>/bo-long-ghep/", training.unmark_programme, name="unmark_programme"),
    path("boi-duong/<int:training_id>/cu-nguoi/", training.name_trainees, name="name_trainees"),
    path("boi-duong/<int:training_id>/diem-danh/", training.mark_attendance, name="mark_training"),
    path("boi-duong/<int:training_id>/xin-thoi/", training.ask_off, name="ask_off_training"),
    path("boi-duong/nguoi/<int:trainee_id>/quyet-dinh/", training.decide_off, name="decide_off_training"),
    path("boi-duong/nguoi/<int:trainee_id>/bo/", training.take_off, name="take_off_training"),
]
