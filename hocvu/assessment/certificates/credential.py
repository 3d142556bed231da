"""What a certificate says: first as `details`, in plain words and frozen, then as an Open Badges 3.0 credential.

`Certificate.details`:

    name         {"salt", "hash"} of the holder's name; goes when the holder is erased
    issuer       who issues, in words
    level        title of the level          level_gist   what somebody at it can do
    framework    title of the framework
    group        for whom, in words; "" for everybody
    rule         title, number and source of the ward's rule
    criteria     what was asked, in sentences
    evidence     [{"name", "words"}]: how identity was established, how the test was sat, which practice was seen

A token is made of the row and its details alone, so that signing anew changes nothing but the key. No name, number,
phone or date of birth stands in either, except the digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hocvu.assessment.certificates import names, places, tokens
from hocvu.assessment.models import Attempt, Certificate, PracticeConfirmation, TestRule
from hocvu.learning.groups import GROUPS
from hocvu.learning.models import Framework, Level
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.signin.models import Proof
from hocvu.ward.models import Account, Ward

WORDING = "xác nhận kết quả trên hệ thống"
_DECISION_757 = re.compile(r"(?<!\d)757(?!\d)")
_SAT = {
    Attempt.Mode.ALONE: "tự làm trên thiết bị",
    Attempt.Mode.WATCHED: "làm trước giám thị",
    Attempt.Mode.OFFLINE: "làm trên máy của giám thị",
    Attempt.Mode.PAPER: "làm trên giấy trước giám thị, hai người nhập",
}


# ---- What may be certified at all


def unfounded(rule: TestRule) -> str:
    """Why nothing can be certified under a rule, in a sentence; "" where it can. A framework whose tables are not loaded
    supports no level, and nothing speaks of Decision 757 before its annex is there."""
    framework = _framework(rule)
    if framework is not None and framework.content == Framework.Content.MISSING:
        return f"Khung {framework.title} chưa nạp được phụ lục, nên chưa xác nhận được mức nào theo khung này."
    if _cites_757(rule, framework, _level(rule)) and not _is_757_loaded():
        return (
            "Quy tắc này nhắc Quyết định 757 trong khi phụ lục của Quyết định chưa được nạp đủ, nên chưa cấp giấy theo "
            "quy tắc này."
        )
    return ""


def _cites_757(rule: TestRule, framework: Framework | None, level: Level | None) -> bool:
    """Whether anything that a certificate would say of its rule, framework and level names the Decision."""
    said = [rule.framework, rule.title, rule.gist, rule.source, rule.level]
    said += [framework.title] if framework else []
    said += [level.title, level.gist] if level else []
    return any(_DECISION_757.search(text) for text in said)


def _is_757_loaded() -> bool:
    rows = Framework.objects.filter(kind=Framework.Kind.OFFICIAL, content=Framework.Content.FULL)
    return any(_DECISION_757.search(f"{one.code} {one.number}") for one in rows)


def _framework(rule: TestRule) -> Framework | None:
    return Framework.objects.filter(code=rule.framework, version=rule.framework_version).first()


# ---- What it says in words


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an award rests on."""

    attempt: Attempt
    practice: list[PracticeConfirmation]


def describe(certificate: Certificate, name: str, grounds: Grounds) -> None:
    """Write everything onto a new certificate that its rule, the attempt and the practice say; not yet saved."""
    rule = certificate.rule
    framework, level = _framework(rule), _level(rule)
    certificate.title = rule.title
    certificate.identity = identity_of(certificate.account, grounds.attempt)
    certificate.details = {
        "name": names.hashed(name),
        "issuer": issuer_of(certificate.ward),
        "framework": framework.title if framework else rule.framework,
        "level": level.title if level else rule.level,
        "level_gist": level.gist if level else "",
        "group": GROUPS.get(rule.group, ""),
        "rule": {"title": rule.title, "number": rule.number, "source": rule.source},
        "criteria": criteria_of(rule),
        "evidence": list(_evidence(certificate.identity, grounds)),
    }


def issuer_of(ward: Ward) -> str:
    """Who issues, as one says it."""
    return f"Ủy ban nhân dân {ward.title}"


def identity_of(account: Account | None, attempt: Attempt) -> str:
    """How it was established who sat there, in words; whoever vouched is not named, since the token leaves the house."""
    watched = attempt.mode != Attempt.Mode.ALONE
    known = citizens.established(account) if account else None
    said = [Proof(known.proof).label] if known else []
    said += ["giám thị nhận diện khi kiểm tra"] if watched else []
    words = "; ".join(said) or "chưa xác lập ngoài tài khoản đã dùng"
    return f"{words[:1].upper() if not words.startswith('VNeID') else 'V'}{words[1:]}"


def criteria_of(rule: TestRule) -> str:
    """What the rule asks, in sentences."""
    params = rule.params
    least, most = params.get("least", 12), params.get("most", 30)
    asked = f"Trả lời từ {least} đến {most} câu hỏi do hệ thống chọn theo từng câu trả lời"
    core = params.get("core") or []
    asked += f", có đủ {len(core)} năng lực cốt lõi" if core else ""
    sure = round(100 * float(params.get("sure", 0.95)))
    last = round(100 * float(params.get("pass_above", 0.6)))
    practice = int(params.get("practice", 3))
    done = (
        f" Làm được ít nhất {practice} việc thực hành, có người xác nhận hoặc trên màn hình giả lập."
        if practice
        else ""
    )
    return (
        f"{asked}; đạt khi chắc {sure} % là người làm ở mức này trở lên, hỏi hết câu mà chưa chắc đến thế thì từ {last} %."
        f"{done}"
    )


def description_of(certificate: Certificate) -> str:
    """One sentence that says what the paper is, and what it is not."""
    details, rule = certificate.details, certificate.details["rule"]
    level = f" mức {details['level']}" if details["level"] else ""
    group = f" dành cho {details['group']}" if details["group"] else ""
    return (
        f"{details['issuer']} {WORDING}: đạt{level}{group} theo {details['framework']}, phiên bản "
        f"{certificate.framework_version}, và quy tắc “{rule['title']}” bản {rule['number']} ({rule['source']})."
    )


def _evidence(identity: str, grounds: Grounds) -> Iterable[dict[str, str]]:
    attempt = grounds.attempt
    sat_on = clock.local_day(attempt.ended_at or attempt.began_at)
    yield {"name": "Xác lập danh tính", "words": identity}
    yield {"name": "Bài kiểm tra", "words": f"Đạt ngày {sat_on:%d/%m/%Y}, {_SAT[Attempt.Mode(attempt.mode)]}"}
    for one in grounds.practice:
        yield {
            "name": "Việc thực hành",
            "words": f"{one.task.title}: {one.get_way_display()}, {clock.local_day(one.happened_at):%d/%m/%Y}",
        }


def _level(rule: TestRule) -> Level | None:
    rows = Level.objects.filter(framework__code=rule.framework, framework__version=rule.framework_version)
    return rows.filter(code=rule.level).first()


# ---- The credential


def body(certificate: Certificate) -> dict[str, Any]:
    """The payload of the token: the credential with the claims that repeat it."""
    profile, subject = places.profile(certificate.ward), f"urn:uuid:{certificate.subject}"
    return {
        "@context": [tokens.VC, tokens.OB],
        "id": places.urn(certificate),
        "type": ["VerifiableCredential", "AchievementCredential"],
        "issuer": {"id": profile, "type": ["Profile"], "name": certificate.details["issuer"]},
        "validFrom": tokens.stamp(certificate.issued_at),
        "validUntil": tokens.stamp(certificate.valid_until),
        "name": certificate.title,
        "description": description_of(certificate),
        "credentialSubject": {
            "id": subject,
            "type": ["AchievementSubject"],
            **_identifier(certificate),
            "achievement": _achievement(certificate),
            "result": [{"type": ["Result"], "resultDescription": _result_id(certificate), "value": "Đạt"}],
        },
        "evidence": [
            {"type": ["Evidence"], "name": one["name"], "narrative": one["words"]}
            for one in certificate.details["evidence"]
        ],
        "credentialStatus": _entry(certificate),
        "iss": profile,
        "sub": subject,
        "jti": places.urn(certificate),
        "nbf": int(certificate.issued_at.timestamp()),
        "exp": int(certificate.valid_until.timestamp()),
    }


def _identifier(certificate: Certificate) -> dict[str, Any]:
    kept = certificate.details.get("name")
    if not kept:
        return {}
    said = {"type": "IdentityObject", "identityType": "name", "hashed": True}
    return {"identifier": [{**said, "identityHash": kept["hash"], "salt": kept["salt"]}]}


def _achievement(certificate: Certificate) -> dict[str, Any]:
    details = certificate.details
    achievement: dict[str, Any] = {
        "id": places.achievement(certificate.rule),
        "type": ["Achievement"],
        "achievementType": "Assessment",
        "inLanguage": "vi",
        "name": certificate.title,
        "description": details["level_gist"] or certificate.title,
        "criteria": {"narrative": details["criteria"]},
        "resultDescription": [
            {"id": _result_id(certificate), "type": ["ResultDescription"], "name": "Kết quả", "resultType": "Result",
             "allowedValue": ["Đạt", "Chưa đạt"], "requiredValue": "Đạt"}
        ],
    }  # fmt: skip
    if certificate.level:
        achievement["alignment"] = [_alignment(certificate)]
    return achievement


def _alignment(certificate: Certificate) -> dict[str, Any]:
    said = certificate.details
    return {
        "type": ["Alignment"],
        "targetCode": certificate.level,
        "targetName": said["level"],
        "targetFramework": f"{said['framework']}, phiên bản {certificate.framework_version}",
        "targetUrl": places.framework(certificate.framework, certificate.framework_version),
    }


def _result_id(certificate: Certificate) -> str:
    return f"{places.achievement(certificate.rule)}#ket-qua"


def _entry(certificate: Certificate) -> dict[str, Any]:
    address = places.status_list(certificate.status_list)
    return {
        "id": f"{address}#{certificate.status_index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(certificate.status_index),
        "statusListCredential": address,
    }
