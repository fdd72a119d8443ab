//! What goes wrong, and how it is told.

use super::*;

#[tokio::test]
async fn every_route_of_the_gateway_has_a_handler_that_refuses_strangers_unless_it_is_public() {
    let plane = Plane::new().await;
    let asset = pages::FILES.iter().find_map(|file| file.path.strip_prefix("assets/")).unwrap();
    for route in ROUTES {
        let path = route.template.replace("{core}", &CoreId::new().to_string());
        let path = path.replace("{file}", asset).replace("{tab}", "cores").replace("{workspace}", "x");
        let path = path.replace("{session}", "x").replace("{token}", "x");
        let method = Method::from_bytes(route.verb.as_str().as_bytes()).unwrap();
        match route.rule {
            // The edge answers it itself.
            Rule::Public if route.access == Access::Link => {
                assert_eq!(plane.send(ask(method, &path)).await.problem(), ProblemType::NotFound, "{path}");
            }
            Rule::Public if route.access == Access::Reports => {
                let answer = plane.send(ask(method, &path).raw("application/csp-report", b"{\"unknown\":1}")).await;
                assert_eq!(answer.problem(), ProblemType::InvalidBody, "{path}");
            }
            Rule::Public if route.verb == Verb::Get => {
                plane.send(ask(method, &path)).await.ok(StatusCode::OK);
            }
            Rule::Public => {
                let answer = plane.send(ask(method, &path).raw("application/json", b"{\"unknown\":1}")).await;
                assert_eq!(answer.problem(), ProblemType::InvalidBody, "{path}");
            }
            Rule::Authenticated | Rule::Administrator => {
                let answer = plane.send(ask(method.clone(), &path)).await;
                assert_eq!(answer.problem(), ProblemType::Unauthenticated, "{method} {path}");
            }
            Rule::Core(_) => {
                assert_eq!(plane.send(ask(method, &path)).await.problem(), ProblemType::NotFound, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn bodies_that_are_not_what_is_asked_for_are_refused_as_problems() {
    let (plane, cookie) = Plane::with_user().await;
    let spaces = " ".repeat(70_000);
    for (content_type, body, problem) in [
        ("application/x-www-form-urlencoded", &b"name=ci"[..], ProblemType::UnsupportedMediaType),
        ("text/plain", b"{\"name\": \"ci\"}", ProblemType::UnsupportedMediaType),
        ("application/json", b"", ProblemType::BadRequest),
        ("application/json", b"{\"name\": \"ci\"", ProblemType::BadRequest),
        ("application/json", b"\xff", ProblemType::BadRequest),
        ("application/json", b"{}", ProblemType::InvalidBody),
        ("application/json", b"{\"name\": 7}", ProblemType::InvalidBody),
        ("application/json", b"{\"name\": \"ci\", \"admin\": true}", ProblemType::InvalidBody),
        ("application/json", b"{\"name\": \"ci\", \"name\": \"ci\"}", ProblemType::InvalidBody),
        ("application/json", spaces.as_bytes(), ProblemType::BodyTooLarge),
    ] {
        let answer = plane.send(ask(Method::POST, "/api/v1/tokens").raw(content_type, body).by(&cookie)).await;
        assert_eq!(
            answer.problem(),
            problem,
            "{content_type} {:?}",
            String::from_utf8_lossy(&body[..body.len().min(40)])
        );
    }
    let typed = ask(Method::POST, "/api/v1/pairing-tokens").by(&cookie);
    let untyped = Ask { body: Some(b"{}".to_vec()), ..typed };
    assert_eq!(plane.send(untyped).await.problem(), ProblemType::UnsupportedMediaType);
}

#[tokio::test]
async fn an_unknown_address_or_method_is_a_problem_too() {
    let plane = Plane::new().await;
    assert_eq!(plane.send(get("/nowhere")).await.problem(), ProblemType::NotFound);
    assert_eq!(plane.send(ask(Method::PUT, "/api/v1/login")).await.problem(), ProblemType::MethodNotAllowed);
}

#[tokio::test]
async fn a_registry_that_does_not_answer_is_a_bounded_503_and_readiness_says_so() {
    let (plane, cookie) = Plane::with_user().await;
    assert_eq!(plane.send(get("/readyz")).await.ok(StatusCode::OK)["status"], "ready");
    plane.app.registry.close().await;
    assert_eq!(plane.send(get("/api/v1/cores").by(&cookie)).await.problem(), ProblemType::StorageUnavailable);
    assert_eq!(plane.send(get("/readyz")).await.problem(), ProblemType::StorageUnavailable);
    let create = post("/api/v1/tokens", &json!({"name": "ci"})).by(&cookie);
    assert_eq!(plane.send(create).await.problem(), ProblemType::StorageUnavailable);
    plane.send(get("/livez")).await.ok(StatusCode::OK);
    plane.send(get("/api/v1/me").by(&cookie)).await.ok(StatusCode::OK);
    assert!(plane.app.auth.api_tokens(plane.app.auth.authenticate(&cookie).unwrap().unwrap().user).is_empty());
}

#[tokio::test]
async fn a_panic_is_told_as_a_problem_without_its_words() {
    let panicking = Router::new()
        .route("/", axum::routing::get(async || -> () { panic!("the words of the panic") }))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(crate::problem::panicked))
        .layer(axum::middleware::from_fn(crate::problem::finish));
    let mut request = Request::new(Body::empty());
    let peer = IpAddr::from([192, 0, 2, 1]);
    request.extensions_mut().insert(Caller { principal: None, peer, request_id: RequestId::new() });
    let answer = Answer::of(panicking.oneshot(request).await.unwrap()).await;
    assert!(!answer.body.to_string().contains("words"));
    assert_eq!(answer.problem(), ProblemType::Internal);
}

#[tokio::test]
async fn nothing_that_the_api_answers_may_be_stored() {
    let (plane, cookie) = Plane::with_user().await;
    for path in ["/api/v1/me", "/nowhere", "/livez"] {
        let answer = plane.send(get(path).by(&cookie)).await;
        assert_eq!(answer.headers.get(http::header::CACHE_CONTROL).unwrap(), "no-store", "{path}");
    }
}
