"""The API over HTTP, in the embedded cloud: the stack of `deploy.py`, then that of the template."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

BLOG = {
    "title": "Ünderstanding   Aliases, part 2!",
    "content": "word " * 450,
    "excerpt": "What an alias is",
    "category": "lambda",
    "tags": ["aws", "lambda"],
}
PROJECT = {
    "name": "A thing",
    "description": "It does something",
    "tech": ["Python"],
    "company": "Ours",
    "featured": True,
    "githubUrl": "https://github.com/somebody/a-thing",
    "liveUrl": "https://a-thing.example.com/?q=1",
}
CERTIFICATION = {
    "name": "Architect",
    "issuer": "AWS",
    "type": "certification",
    "dateEarned": "2025-03-04",
    "credentialUrl": "https://credentials.example.com/1",
}

FORGED = json.dumps({"PK": "", "SK": "", "GSI1PK": "BLOG#STATUS#PUBLISHED", "GSI1SK": ""})
"""A key that no page ever gave, of the list of posts."""


def created(owner: httpx.Client, prefix: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = owner.post(prefix, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def published(owner: httpx.Client, prefix: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = owner.post(f"{prefix}/{created(owner, prefix, body)['id']}/publish")
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def every_page(client: httpx.Client, path: str, limit: int, **query: str) -> list[list[Any]]:
    pages, key = [], None
    while True:
        more = {"last_key": json.dumps(key)} if key else {}
        answer = client.get(path, params={"limit": limit, **query, **more})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert len(body["items"]) == body["count"]
        pages.append(body["items"])
        key = body["lastEvaluatedKey"]
        if not key:
            return pages


def categories(client: httpx.Client) -> dict[str, int]:
    items = client.get("/blogs/categories/list").json()["items"]
    return {each["name"]: each["count"] for each in items}


def refused(answer: httpx.Response, status: int) -> str:
    """Check that an error has the API's one shape, and return what it says."""
    assert status == answer.status_code, answer.text
    body = answer.json()
    assert status == body["status_code"]
    message: str = body["error"]
    return message


def test_the_api_says_that_it_is_healthy(deployed: Any, anybody: httpx.Client) -> None:
    """R048, R049: an event becomes a request of FastAPI, its answer the one of API Gateway."""
    answer = anybody.get("/health")
    assert 200 == answer.status_code
    assert {"status": "healthy", "environment": deployed.environment} == {
        name: answer.json()[name] for name in ("status", "environment")
    }


def test_documentation_is_shown_in_development_only(deployed: Any, anybody: httpx.Client) -> None:
    """The routes are there in both; production answers 404."""
    expected = 200 if deployed.environment == "development" else 404
    assert [expected] * 3 == [
        anybody.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")
    ]


def test_people_sign_in_stay_and_leave(deployed: Any, anybody: httpx.Client) -> None:
    """Login, who one is, a new token, and a refresh token that is worth nothing after logout."""
    email = deployed.add_user("owner")
    login = {"email": email, "password": "Correct-Horse-7-battery"}
    tokens = anybody.post("/auth/login", json=login).json()
    assert "Bearer" == tokens["token_type"]
    mine = {"Authorization": f"Bearer {tokens['id_token']}"}
    me = anybody.get("/auth/me", headers=mine).json()
    assert (email, "owner", True) == (me["email"], me["role"], me["email_verified"])

    again = anybody.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert 200 == again.status_code, again.text
    fresh = {"Authorization": f"Bearer {again.json()['id_token']}"}
    assert me == anybody.get("/auth/me", headers=fresh).json()

    leaving = {"refresh_token": tokens["refresh_token"]}
    assert 200 == anybody.post("/auth/logout", json=leaving, headers=mine).status_code
    assert 401 == anybody.post("/auth/refresh", json=leaving).status_code


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    deployed: Any, anybody: httpx.Client
) -> None:
    """Nobody learns which addresses have an account."""
    known = {"email": deployed.add_user(), "password": "wrong-Password-1"}
    unknown = {"email": "nobody@example.com", "password": "wrong-Password-1"}
    answers = [anybody.post("/auth/login", json=each) for each in (known, unknown)]
    assert 1 == len({refused(answer, 401) for answer in answers})


def test_an_access_token_is_not_taken(deployed: Any, anybody: httpx.Client) -> None:
    """R104: the API takes ID tokens, which name it as their audience; both sides agree on that."""
    login = {"email": deployed.add_user("owner"), "password": "Correct-Horse-7-battery"}
    tokens = anybody.post("/auth/login", json=login).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert 401 == anybody.get("/auth/me", headers=headers).status_code
    assert 401 == anybody.get("/auth/me", headers={"Authorization": "Bearer x.y.z"}).status_code
    assert 401 == anybody.get("/auth/me").status_code


@pytest.mark.parametrize("path", ["/auth/me", "/analytics/overview", "/nothing/here"])
def test_what_is_not_listed_as_open_does_not_reach_the_function(
    anybody: httpx.Client, path: str
) -> None:
    """R069: API Gateway itself refuses, in its own words; the application has others."""
    for headers in ({}, {"Authorization": "Bearer x.y.z"}):
        answer = anybody.get(path, headers=headers)
        assert (401, {"message": "Unauthorized"}) == (answer.status_code, answer.json())


def test_a_post_is_written_published_changed_and_withdrawn(
    owner: httpx.Client, anybody: httpx.Client
) -> None:
    """The whole life of a post; its category counts only while it is published."""
    mine, other = f"c-{uuid.uuid4().hex[:8]}", f"d-{uuid.uuid4().hex[:8]}"
    post = created(owner, "/blogs", {**BLOG, "category": mine})
    path = f"/blogs/{post['id']}"
    assert ("understanding-aliases-part-2", 2, "DRAFT") == (
        post["slug"],
        post["readTime"],
        post["status"],
    )
    refused(anybody.get(path), 404)
    assert mine not in categories(anybody)

    assert 200 == owner.post(f"{path}/publish").status_code
    assert "published already" in refused(owner.post(f"{path}/publish"), 409)
    assert post["title"] == anybody.get(path).json()["title"]
    assert 1 == categories(anybody)[mine]

    changed = owner.put(path, json={"category": other, "content": "short"}).json()
    assert (other, 1, "PUBLISHED") == (
        changed["category"],
        changed["readTime"],
        changed["status"],
    )
    assert (False, 1) == (mine in categories(anybody), categories(anybody)[other])

    assert 200 == owner.post(f"{path}/unpublish").status_code
    refused(anybody.get(path), 404)
    assert other not in categories(anybody)
    assert 204 == owner.delete(path).status_code
    refused(owner.delete(path), 404)


def test_the_longest_posts_come_back_in_pages_that_fit(
    owner: httpx.Client, anybody: httpx.Client
) -> None:
    """90,000 characters of four bytes each fit into an item, and three of them into no answer."""
    long = {**BLOG, "content": "\U0001f600" * 90_000, "category": f"long-{uuid.uuid4().hex[:8]}"}
    made = [published(owner, "/blogs", long)["id"] for _ in range(3)]
    assert 90_000 == len(anybody.get(f"/blogs/{made[0]}").json()["content"])
    pages = every_page(anybody, "/blogs", 100, category=long["category"])
    assert [made[:0:-1], made[:1]] == [[post["id"] for post in page] for page in pages]
    for post in made:
        assert 204 == owner.delete(f"/blogs/{post}").status_code


def test_of_two_who_publish_at_once_one_succeeds(
    owner: httpx.Client, anybody: httpx.Client
) -> None:
    """Publishing is conditional on the draft: the category is counted once."""
    category = f"race-{uuid.uuid4().hex[:8]}"
    path = f"/blogs/{created(owner, '/blogs', {**BLOG, 'category': category})['id']}/publish"
    with ThreadPoolExecutor(2) as threads:
        codes = sorted(threads.map(lambda _: owner.post(path).status_code, range(2)))
    assert [200, 409] == codes
    assert 1 == categories(anybody)[category]


def test_lists_are_read_page_by_page(owner: httpx.Client, anybody: httpx.Client) -> None:
    """The newest first, nothing twice, nothing left out, also with a filter."""
    category = f"pages-{uuid.uuid4().hex[:8]}"
    made = []
    for number in range(5):
        title = f"Post {number}"
        made.append(published(owner, "/blogs", {**BLOG, "title": title, "category": category}))
        published(owner, "/blogs", {**BLOG, "category": "another"})
    pages = every_page(anybody, "/blogs", 2, category=category)
    assert [2, 2, 1] == [len(page) for page in pages]
    wanted = [post["id"] for post in reversed(made)]
    assert wanted == [post["id"] for page in pages for post in page]
    everything = [post["id"] for page in every_page(anybody, "/blogs", 3) for post in page]
    assert len(everything) == len(set(everything))
    assert set(wanted) < set(everything)


def test_drafts_are_listed_for_the_owner_alone(
    owner: httpx.Client, reader: httpx.Client, anybody: httpx.Client
) -> None:
    """Without the token 401, with that of somebody else 403."""
    draft = created(owner, "/blogs", BLOG)["id"]
    drafts = {"status": "DRAFT", "limit": 100}
    assert draft in [post["id"] for post in owner.get("/blogs", params=drafts).json()["items"]]
    refused(anybody.get("/blogs", params=drafts), 401)
    refused(reader.get("/blogs", params=drafts), 403)


def test_addresses_of_projects_are_kept(owner: httpx.Client, anybody: httpx.Client) -> None:
    """Validated URLs are stored as text; the original answered 500."""
    made = published(owner, "/projects", PROJECT)
    kept = anybody.get(f"/projects/{made['id']}").json()
    assert PROJECT == {name: kept[name] for name in PROJECT}
    plain = published(owner, "/projects", {**PROJECT, "featured": False})["id"]
    featured = [
        each["id"]
        for page in every_page(anybody, "/projects", 100, featured="true")
        for each in page
    ]
    assert (True, False) == (made["id"] in featured, plain in featured)


def test_certifications_come_before_courses_page_by_page(
    owner: httpx.Client, anybody: httpx.Client
) -> None:
    """By type, and within it what was earned last first; a page may hold both types."""
    for kind in ("course", "certification"):
        for day in ("2024-01-01", "2025-01-01", "2023-01-01"):
            body = {**CERTIFICATION, "type": kind, "dateEarned": day}
            published(owner, "/certifications", body)
    for limit in (1, 2, 3, 4, 100):
        pages = every_page(anybody, "/certifications", limit)
        listed = [(each["type"], each["dateEarned"]) for page in pages for each in page]
        assert [
            (kind, day)
            for kind in ("certification", "course")
            for day in ("2025-01-01", "2024-01-01", "2023-01-01")
        ] == listed
    only = every_page(anybody, "/certifications", 2, cert_type="course")
    assert {"course"} == {each["type"] for page in only for each in page}


def test_a_session_counts_once_a_day(
    deployed: Any, owner: httpx.Client, anybody: httpx.Client
) -> None:
    """The cookie of the first visit is that of the second; every opened page counts."""
    before, page = anybody.get("/visitors/count").json(), f"/{uuid.uuid4().hex[:8]}"
    first = anybody.post("/visitors/track", json={"page_path": page}).json()
    cookie = {"session_id": first["sessionId"]}
    second = httpx.post(
        f"{deployed.url}/visitors/track",
        json={"page_path": page},
        cookies=cookie,
        trust_env=False,
        timeout=60,
    ).json()
    assert ((True, False), first["sessionId"]) == (
        (first["tracked"], second["tracked"]),
        second["sessionId"],
    )
    after = anybody.get("/visitors/count").json()
    assert (before["total"] + 1, before["today"] + 1) == (after["total"], after["today"])
    opened = {each["path"]: each["views"] for each in owner.get("/analytics/pages").json()["items"]}
    assert 2 == opened[page]
    daily = owner.get("/visitors/trends/daily", params={"days": 365}).json()
    assert (365, after["today"]) == (len(daily["items"]), daily["items"][-1]["visitors"])
    monthly = owner.get("/visitors/trends/monthly", params={"months": 24}).json()
    assert (24, after["total"]) == (len(monthly["items"]), monthly["total"])


def test_a_view_counts_once_a_session_and_leads_the_ranking(
    deployed: Any, owner: httpx.Client, anybody: httpx.Client
) -> None:
    """Views of a post from several browsers, ranked, summed, and shown to the owner."""
    post = published(owner, "/blogs", {**BLOG, "title": "Read by many"})
    path, before = f"/analytics/track/blog/{post['id']}", anybody.get("/analytics/views/total")
    for _ in range(12):
        session = {"session_id": str(uuid.uuid4())}
        for expected in (True, False):
            answer = httpx.post(f"{deployed.url}{path}", cookies=session, trust_env=False)
            assert expected == answer.json()["tracked"]
    assert 12 == anybody.get(f"/analytics/views/blog/{post['id']}").json()["views"]
    after = anybody.get("/analytics/views/total").json()["totalViews"]
    assert before.json()["totalViews"] + 12 == after
    top = owner.get("/analytics/top-content", params={"limit": 1}).json()["items"]
    assert [("Read by many", 12)] == [(each["title"], each["views"]) for each in top]
    overview = owner.get("/analytics/overview").json()
    assert (after, top[0]) == (overview["totalViews"], overview["topContent"][0])
    assert 12 == owner.get(f"/analytics/blog/{post['id']}/stats").json()["views"]
    refused(anybody.post(f"/analytics/track/blog/{uuid.uuid4().hex}"), 404)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/blogs", {**BLOG, "title": "x" * 201}, 422),
        ("POST", "/blogs", {**BLOG, "unknown": 1}, 422),
        ("POST", "/projects", {**PROJECT, "githubUrl": "no address"}, 422),
        ("POST", "/certifications", {**CERTIFICATION, "type": "diploma"}, 422),
        ("GET", "/blogs?limit=101", None, 422),
        ("GET", "/blogs?last_key=nonsense", None, 400),
        ("GET", '/blogs?last_key={"PK":"a"}', None, 400),
        ("GET", f"/blogs?last_key={FORGED}", None, 400),
        ("GET", f"/projects?last_key={FORGED}", None, 400),
        ("GET", f"/blogs/{'x' * 65}", None, 422),
        ("POST", "/blogs", {**BLOG, "content": "x" * 90_001}, 422),
        ("GET", "/visitors/trends/daily?days=366", None, 422),
        ("GET", "/nothing/here", None, 404),
        ("PUT", "/blogs/unknown", {"title": "x"}, 404),
        ("PUT", "/blogs/unknown", {}, 400),
    ],
)
def test_mistakes_are_told_in_one_shape(
    owner: httpx.Client, method: str, path: str, body: Any, status: int
) -> None:
    """`error` and `status_code`, and `details` of what is not valid."""
    answer = owner.request(method, path, json=body)
    refused(answer, status)
    assert (status == 422) == ("details" in answer.json())


def test_browsers_of_every_listed_page_may_call(deployed: Any, anybody: httpx.Client) -> None:
    """R069: each origin is answered by itself, one that is not listed by nothing."""
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    allow = "access-control-allow-origin"
    for origin in deployed.origins:
        for path in ("/auth/login", "/blogs", "/analytics/overview"):
            preflight = anybody.options(path, headers={"Origin": origin, **asks})
            assert (204, origin) == (preflight.status_code, preflight.headers.get(allow))
            assert "POST" in preflight.headers["access-control-allow-methods"]
        answer = anybody.get("/health", headers={"Origin": origin})
        assert (origin, "true") == (
            answer.headers[allow],
            answer.headers["access-control-allow-credentials"],
        )
    stranger = anybody.get("/health", headers={"Origin": "https://example.org"})
    assert (200, None) == (stranger.status_code, stranger.headers.get(allow))
