"""The rows that each source system shows of the history on a day."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from data.samples.make.fiction import OPEN_END, TAKEN, Row, chance, fiction, moment, months_after, until, words
from data.samples.make.model import Employment, History, Person


def staff(history: History, on: date) -> Iterator[Row]:
    """A row per employment that is active, ended recently or begins soon."""
    for person in history.people:
        for job in person.employments:
            if job.start > on + timedelta(days=30) or (job.end and job.end < on - timedelta(days=60)):
                continue
            absence = person.absence(on)
            yield {
                "employee_id": person.id,
                "first": person.first,
                "last": person.last,
                "name": person.name,
                "email": f"{person.id}@example.se",
                "position": person.position,
                "employment_form": person.form,
                "department": job.unit.department,
                "unit": job.unit.name,
                "employed_from": job.start,
                "employed_to": _known_end(job, on),
                "on_leave": absence is not None,
                "absence": absence or words()["no_absence"],
                "management": person.management,
                "identity": words()["identity"],
            }


def _known_end(job: Employment, on: date) -> date | None:
    """The end as the HR system knows it: three months ahead."""
    ends_soon = job.end is not None and job.end <= on + timedelta(days=90)
    return job.end if ends_soon or job.end == OPEN_END else None


def training(history: History, on: date) -> Iterator[Row]:
    """A row per course passed by those who have an account, and one if a course is only begun or not started."""
    for course, details in fiction()["courses"].items():
        for person in history.people:
            if not any(job.start <= on and (not job.end or job.end >= on) for job in person.employments):
                continue
            base: Row = {
                "employee_id": person.id,
                "name": person.name,
                "email": f"{person.id}@example.se",
                "course": details["name"],
                "course_code": details["code"],
            }
            for passed in person.passed[course]:
                if passed <= on:
                    yield base | _pass(passed, person.mood[course])
            if not person.certified(course, on):
                yield from (base | row for row in _attempt(person, course, on))


def _pass(passed: date, mood: float) -> Row:
    return {
        "status": words()["passed"],
        "started": passed - timedelta(days=int(mood * 9)),
        "completed": passed,
        "valid_to": months_after(passed, 24),
        "result": 80 + int(mood * 21),
    }


def _attempt(person: Person, course: str, on: date) -> Iterator[Row]:
    """The platform's row for a person who is not certified; one in five has none."""
    mood = person.mood[course]
    if mood < 0.5:
        yield {"status": words()["not_started"]}
    elif mood < 0.72:
        begun = on - timedelta(days=int(mood * 200))
        yield {"status": words()["started"], "started": begun}
    elif mood < 0.8:
        begun = on - timedelta(days=int(mood * 300))
        yield {"status": words()["failed"], "started": begun, "result": int(mood * 90)}


def incidents(history: History, on: date) -> Iterator[Row]:
    """This year's incidents, as known in the morning of the day."""
    taken = datetime.combine(on, TAKEN)
    for incident in history.incidents:
        if incident.discovered.year != on.year or moment(incident.discovered) > taken:
            continue
        discovered = moment(incident.discovered)
        closed = until(incident.closed, taken)
        reports = {name: until(incident.reports.get(name), taken) for name in
                ("early_warning", "notification", "progress_report", "final_report")}  # fmt: skip
        yield {
            "incident_id": incident.id,
            "half": "Jan-jun" if discovered.month <= 6 else "Jul-dec",
            "title": incident.kind["title"],
            "category": incident.kind["category"],
            "occurred": discovered - timedelta(hours=3 + discovered.minute),
            "discovered": incident.discovered,
            "reported": discovered + timedelta(minutes=15 + discovered.minute),
            "unit": incident.unit.name,
            "system": incident.system,
            "severity": incident.severity,
            "personal_data": bool(incident.kind.get("personal_data")),
            "significant": words()["not_assessed"] if incident.significant is None else incident.significant,
            "cause": incident.cause if incident.documented else None,
            "action": incident.kind["action"] if closed else None,
            "status": words()["closed" if closed else "open"],
            "closed": closed,
            **reports,
        }


def breaches(history: History, on: date) -> Iterator[Row]:
    """This year's breaches; whether one is notifiable is decided the same day."""
    taken = datetime.combine(on, TAKEN)
    settings = fiction()["incidents"]
    for breach in history.breaches:
        if breach.aware.year != on.year or moment(breach.aware) > taken:
            continue
        notifiable = breach.notified is not None
        notified = until(breach.notified, taken)
        yield {
            "breach_id": breach.id,
            "unit": breach.unit.name,
            "type": breach.type,
            "aware": breach.aware,
            "notifiable": notifiable,
            "decided": moment(breach.aware).date(),
            "notified": notified,
            "imy_reference": f"IMY-{breach.aware.year}-{1000 + int(breach.id[-3:])}" if notified else None,
            "delay_reason": breach.delay if notified else None,
            "not_notified_reason": None if notifiable else settings["not_notified_reason"],
            "informed": settings["informed"][breach.affected % 3],
            "affected": breach.affected,
        }


def systems(history: History, on: date) -> Iterator[Row]:
    """The register of systems. Most of its yes/no questions are unanswered."""
    for number, system in enumerate(history.systems):
        planned = system.start.year > fiction()["last_day"].year
        if system.start > on and not planned:
            continue
        lifecycle = words()["planned"] if planned else system.lifecycle
        yield {
            "system": system.name,
            "system_id": system.id,
            "unit": system.unit.name,
            "unit_path": f"{fiction()['organisation']} / {system.unit.department} / {system.unit.name}",
            "object": system.unit.department,
            "object_owner": system.owner,
            "object_leader": system.leader if until(system.leader_from, moment(on)) else None,
            "supplier": system.supplier,
            "lifecycle": lifecycle if system.end > on else words()["retired"],
            "responsibility": words()["central" if system.central else "local"],
            "personal_data": system.personal_data,
            "criticality": words()["criticality"][max(system.levels) - 1],
            "classified_last_year": _answer(system.classified, on, number),
            "risk_analysed_last_year": _answer(system.analysed, on, number),
        }


def _answer(days: Sequence[date], on: date, number: int) -> bool | None:
    """The register's answer about the last year: given for one system in four, and a false yes for one in sixty."""
    if number % 60 == 21:
        return True
    return any(day <= on <= months_after(day, 12) for day in days) if number % 4 == 0 else None


def classifications(history: History, on: date) -> Iterator[Row]:
    """A row per set of information in each classification."""
    for system in history.systems:
        for day in (day for day in system.classified if day <= on):
            for number, information in enumerate(words()["information"][: 1 + len(system.name) % 3]):
                k, r, t = (max(level - number, 1) for level in system.levels)
                yield {
                    "system": system.name,
                    "information": information,
                    "classified": day,
                    "valid_to": months_after(day, 24) if len(system.name) % 4 else None,
                    "k": k,
                    "r": r,
                    "t": t,
                    "k_letter": f"K{k}",
                    "r_letter": f"R{r}",
                    "t_letter": f"T{t}",
                    "k_word": f"{words()['levels'][k]} ({k})",
                    "r_word": f"{words()['levels'][r]} ({r})",
                    "t_word": f"{words()['levels'][t]} ({t})",
                    "krt": f"K{k} R{r} T{t}",
                    "krt_slashed": f"K{k}/R{r}/T{t}",
                }


def classification_actions(history: History, on: date) -> Iterator[Row]:
    """The actions that the classifications require; some are not done in time."""
    rng = chance("classification actions")
    number = 10000
    for system in history.systems:
        for day in system.classified:
            for requirement in rng.sample(fiction()["requirements"]["texts"], rng.randint(0, 2)):
                number += 1
                due = day + timedelta(days=rng.randint(90, 330))
                lag = timedelta(days=-rng.randint(40, 85) if rng.random() < 0.9 else rng.randint(60, 500))
                done = until(due + lag, moment(on))
                if day <= on:
                    yield {
                        "action_id": number,
                        "system": system.name,
                        "requirement": requirement,
                        "status": words()["action_done" if done else "action_open"],
                        "responsible": system.leader,
                        "due": due,
                        "done": done,
                    }


def risk_analyses(history: History, on: date) -> Iterator[Row]:
    """A row per risk of each analysis."""
    rng, texts = chance("risks"), fiction()["risks"]
    number = 0
    for system in history.systems:
        for day in system.analysed:
            for event in rng.sample(texts["events"], rng.randint(2, 4)):
                number += 1
                probability, consequence = rng.randint(1, 4), rng.randint(1, 4)
                high = probability * consequence > 8
                action = rng.choice(texts["actions"]) if high and rng.random() < 0.8 else None
                due = day + timedelta(days=rng.randint(60, 300)) if rng.random() < 0.85 else None
                row: Row = {
                    "risk_id": f"R-{number:05}",
                    "system": system.name,
                    "analysed": day,
                    "event": event,
                    "probability": probability,
                    "consequence": consequence,
                    "risk_value": probability * consequence,
                    "owner": system.owner,
                    "treatment": rng.choice(texts["treatments"]),
                    "action": action,
                    "responsible": system.leader if action else None,
                    "due": due if action else None,
                    "status": words()["action_done" if due and due < on else "action_open"] if action else None,
                }
                if day <= on:
                    yield row


def processing(history: History, on: date) -> Iterator[Row]:
    """The record of processing under article 30."""
    texts = fiction()["record"]
    for number, item in enumerate(history.processing):
        reviews = [day for day in item.reviewed if day <= on]
        row: Row = {
            "processing_id": item.id,
            "name": item.name,
            "status": item.status,
            "unit": item.unit.name,
            "controller": texts["controller"],
            "dpo": texts["dpo"],
            "third_country": item.third_country,
            "countries": words()["countries"] if item.third_country else None,
            "safeguards": words()["safeguards"] if item.third_country else None,
            "dpia_required": item.dpia_required,
            "system": item.system,
            "started": date(2018, 5, 25) + timedelta(days=9 * number),
            "reviewed": max(reviews, default=None),
        }
        for name, key in {
            "purpose": "purposes",
            "data_subjects": "data_subjects",
            "data_categories": "data_categories",
            "recipients": "recipients",
            "retention": "retention",
            "security": "security",
            "legal_basis": "legal_bases",
        }.items():
            row[name] = texts[key][number % len(texts[key])]
        if item.lacking and not item.complete(on):
            row[item.lacking] = None
        yield row


def dpias(history: History, on: date) -> Iterator[Row]:
    """Impact assessments, completed and begun, and decisions that none is needed."""
    needed = [item for item in history.processing if item.dpia_required is True]
    spared = [item for item in history.processing if item.dpia_required is False][::6]
    for number, item in enumerate([*needed, *spared], start=1):
        decided = max((day for day in item.assessed if day <= on), default=None)
        required = item.dpia_required is True
        if required and not decided and number % 3 == 0:
            continue
        state = words()["approved" if decided or not required else "ongoing"]
        criteria = 2 + number % 4 if required else number % 2
        yield {
            "dpia_id": f"DPIA-{number:03}",
            "processing_id": item.id,
            "criteria": criteria,
            **{f"criterion_{place}": (place + number) % 9 < criteria for place in range(1, 10)},
            "required": required,
            "status": state,
            "decided": decided or (None if required else date(2023, 5, 2)),
            "next_review": months_after(decided, 60) if decided else None,
        }


def processors(history: History, on: date) -> Iterator[Row]:
    """The agreements as of the day."""
    for agreement in history.agreements:
        flaw = agreement.flaw if on < agreement.mended else None
        mended = agreement.flaw is not None and flaw is None
        row: Row = {
            "agreement_id": agreement.id,
            "supplier": agreement.supplier,
            "service": agreement.service,
            "unit": agreement.unit.name,
            "status": words()["agreement"],
            "signed": agreement.mended if mended else agreement.signed,
            "valid_to": agreement.valid_to,
            "renews": agreement.renews,
            "instruction": True,
            "subprocessors": True,
            "third_country": agreement.id.endswith("7"),
        }
        yield row | _flaw(flaw, exempt=agreement.exempt)


def _flaw(flaw: str | None, *, exempt: bool) -> Row:
    """The cells that differ in an agreement that is exempt or has a flaw."""
    if exempt:
        return {"status": words()["exempt"], "signed": None, "valid_to": None, "instruction": None}
    flaws: dict[str | None, Row] = {
        "missing": {"status": words()["no_agreement"], "signed": None, "valid_to": None},
        "in_preparation": {"status": words()["in_preparation"], "signed": None, "valid_to": None},
        "not_signed": {"signed": None},
        "expired": {"valid_to": date(2024, 6, 30), "renews": False},
        "incomplete": {"instruction": False},
    }
    return flaws.get(flaw, {})


def access_reviews(history: History, on: date) -> Iterator[Row]:
    """A row per review of a system's accounts."""
    rng = chance("accounts")
    for system in history.systems:
        for day in system.reviewed:
            before = rng.randint(4, 160)
            removed = int(before * rng.random() * 0.15)
            if day <= on:
                yield {
                    "system": system.name,
                    "reviewed": day,
                    "accounts_before": before,
                    "accounts_reviewed": before,
                    "accounts_removed": removed,
                    "reviewed_by": system.owner,
                    "signed": system.owner if before % 9 else None,
                }


def procurements(history: History, on: date) -> Iterator[Row]:
    """Procurements with contracts from the previous autumn on, some not yet signed."""
    rng, settings = chance("procurements"), fiction()["procurements"]
    for number, title in enumerate(settings["titles"] * 2):
        contract = date(on.year - 1, 10, 1) + timedelta(days=number * 9 + rng.randint(0, 8))
        informed = title not in settings["without_information"]
        careful = rng.random() < 0.86
        consulted = contract - timedelta(days=rng.randint(20, 70))
        yield {
            "reference": f"LOV {contract.year}/{100 + number * 7}",
            "title": title,
            "unit": rng.choice(history.units).name,
            "form": rng.choice(settings["forms"]),
            "contract_date": contract if contract < on + timedelta(days=20) else None,
            "announced": contract - timedelta(days=75),
            "handles_information": informed,
            "classified": informed and (careful or number % 2 == 0),
            "requirements": informed and (careful or number % 3 > 0),
            "risk_analysed": informed and number % 3 > 0,
            "processor_assessed": number % 2 == 0 if informed else None,
            "coordinator_consulted": (consulted if careful else contract + timedelta(days=9)) if informed else None,
        }


def local_instruction(history: History, on: date) -> Iterator[Row]:
    """A row per requirement in each unit."""
    settings = fiction()["instruction"]
    for number, step in enumerate(history.steps):
        row: Row = {
            "unit": step.unit.name,
            "requirement": step.requirement,
            "version": settings["version"],
            "comment": None,
            "confirmed": None,
        }
        done = until(step.done, moment(on))
        if step.exempt:
            commented = settings["exempt_comment"] if number % 19 else None
            yield row | {"status": words()["exempt"], "comment": commented}
        elif done:
            yield row | {"status": words()["done"], "confirmed": done}
        else:
            begun = until(step.begun, moment(on))
            yield row | {"status": words()["ongoing" if begun else "not_started"]}


def activities(_: History, on: date) -> Iterator[Row]:
    """The activities of the plans up to next year's."""
    for number, activity in enumerate(fiction()["activities"], start=1):
        for year in (year for year in activity["years"] if year <= on.year + 1):
            done = until(activity.get("done", {}).get(str(year)), moment(on))
            start, due = (date.fromisoformat(f"{year}-{activity[name]}") for name in ("start", "due"))
            status = words()[_progress(start, due, done=done, on=on)]
            yield {
                "activity_id": f"VP{year}-{number:02}",
                "activity": activity["activity"],
                "kind": activity["kind"],
                "review_point": activity["review_point"],
                "mandatory": activity.get("mandatory", False),
                "responsible": words()["coordinator"],
                "start": start,
                "due": due,
                "status": status,
                "analysis": words()["activity_analysis"].get(status),
            }


def _progress(start: date, due: date, *, done: date | None, on: date) -> str:
    if done:
        return "activity_done"
    if start > on:
        return "activity_planned"
    return "activity_late" if due < on else "activity_ongoing"


def dpo_recommendations(_: History, on: date) -> Iterator[Row]:
    """The recommendations of the reports published so far, each in March of the following year."""
    for recommendation in fiction()["recommendations"]:
        if date(recommendation["year"] + 1, 3, 1) <= on:
            done = until(recommendation.get("done"), moment(on))
            status = words()["recommendation_done" if done else "recommendation_open"]
            yield recommendation | {"responsible": words()["coordinator"], "status": status}


def deviations(_: History, on: date) -> Iterator[Row]:
    """The deviations in the reports to the committee."""
    for deviation in fiction()["deviations"]:
        if deviation["reported"] <= on:
            yield deviation | {"responsible": words()["coordinator"] if deviation["deviation"] else None}


def routines(_: History, on: date) -> Iterator[Row]:
    """The local routines; one that is not yet adopted has no date."""
    for routine in fiction()["routines"]:
        yield routine | {"adopted": until(routine.get("adopted"), moment(on))}


def continuity(history: History, on: date) -> Iterator[Row]:
    """A row per plan of a system that is not of the lowest level; most are exercised once a year."""
    rng = chance("continuity")
    for system in history.systems:
        planned, days = rng.random() < 0.84, rng.randint(10, 520)
        if system.in_scope(on) and max(system.levels) > 1 and rng.random() < 0.93:
            tested = on - timedelta(days=days) if planned and days < 480 else None
            yield {
                "system": system.name,
                "plan": planned if days % 31 else None,
                "tested": tested,
                "next_test": months_after(tested, 12) if tested else None,
            }


def authentication(history: History, on: date) -> Iterator[Row]:
    """A row per system that somebody has looked at, with the day."""
    rng = chance("authentication")
    for system in history.systems:
        strong, days = rng.random() < 0.86, rng.randint(5, 420)
        if system.in_scope(on) and rng.random() < 0.95:
            excused = not strong and days % 3 == 0
            yield {
                "system": system.name,
                "mfa": strong if days % 37 else None,
                "checked": on - timedelta(days=days),
                "exception_until": on + timedelta(days=days - 60) if excused else None,
            }


def encryption(history: History, on: date) -> Iterator[Row]:
    """A row per system with high confidentiality that somebody has looked at, with the day."""
    rng = chance("encryption")
    for system in history.systems:
        at_rest, in_transit, days = rng.random() < 0.9, rng.random() < 0.95, rng.randint(5, 400)
        if system.in_scope(on) and system.levels[0] >= 3:
            yield {
                "system": system.name,
                "at_rest": at_rest,
                "in_transit": in_transit if days % 29 else None,
                "checked": on - timedelta(days=days),
            }


ROWS: Final[Mapping[str, Callable[[History, date], Iterator[Row]]]] = {
    rows.__name__: rows
    for rows in (
        staff, training, incidents, breaches, systems, classifications, classification_actions,
        risk_analyses, processing, dpias, processors, access_reviews, procurements, local_instruction,
        activities, dpo_recommendations, deviations, routines,
        continuity, authentication, encryption,
    )
}  # fmt: skip
