from sam_deploy import App, Environment, FeatureSet, Function, Queue, Rule, on_event, on_schedule

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    queues=[Queue("Orders")],
    rules=[Rule("Forward", "Ordres", pattern={"detail_type": ["OrderPlaced"]})],
    functions=[
        Function(
            "Report",
            source=".",
            triggers=[
                on_schedule("cron(0 9 * * 1-5)", timezone="Europe/Brelin"),
                on_schedule("rate(1 hours)"),
                on_event(),
            ],
        ),
    ],
)
