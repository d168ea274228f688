"""dzgro: seven functions, two feature sets, four regions, three environments.

`sam-deploy deploy` builds it once and puts it everywhere.
"""

from sam_deploy import (
    App,
    AttributeReader,
    Bucket,
    Cors,
    Environment,
    FeatureSet,
    Function,
    HttpApi,
    Layer,
    Promotion,
    Queue,
    ResourceServer,
    Route,
    SnsPublisher,
    UserPool,
    UserPoolClient,
    on_queue,
    on_upload,
    on_user_pool,
)

# The accounts from which Amazon Marketing Stream publishes, by region.
AMS_CHANGE = {
    "us-east-1": ["570159413969", "118846437111", "305370293182", "644124924521"],
    "eu-west-1": ["834862128520", "130948361130", "648558082147", "503759481754"],
    "us-west-2": ["527383333093", "668585072850", "802070757281", "248074939493"],
}
AMS_PERFORMANCE = {
    "us-east-1": [
        "906013806264",
        "802324068763",
        "370941301809",
        "877712924581",
        "709476672186",
        "154357381721",
    ],
    "eu-west-1": [
        "668473351658",
        "562877083794",
        "947153514089",
        "664093967423",
        "623198756881",
        "195770945541",
    ],
    "us-west-2": [
        "074266271188",
        "622939981599",
        "310605068565",
        "818973306977",
        "485899199471",
        "112347756703",
    ],
}
AMS_REVIEWER = AttributeReader("arn:aws:iam::926844853897:role/ReviewerRole")

CORE_QUEUES = [
    "AmazonReports",
    "DzgroReports",
    "InvoiceGenerator",
    "DailyReportRefreshByCountryCode",
]
DATA_BUCKETS = ["dzgro-report-data", "dzgro-amz-report-data", "dzgro-invoice"]
SAME_AS_FUNCTION = {
    "visibility-timeout": "the documents fix 900 s; the processor takes one message at a time"
}

app = App(
    name="dzgro",
    domain="dzgro.com",
    home_region="ap-south-1",
    runtime="python3.12",
    environments=[
        Environment("dev", extra_origins=["http://localhost:4200"]),
        Environment("staging", promote_from="dev"),
        Environment("prod", promote_from="staging", domain_label=None),
    ],
    feature_sets=[
        FeatureSet(
            "core",
            title="Core Product Features",
            description="All APIs, Lambdas, Queues, Buckets, Cognito",
            regions=["ap-south-1", "eu-west-1", "us-east-1", "us-west-2"],
        ),
        FeatureSet(
            "ams",
            title="AMS Features",
            description="AMS Lambdas and Queues only",
            regions=["eu-west-1", "us-east-1", "us-west-2"],
        ),
    ],
    promotion=Promotion(recipients=["dzgrotechnologies@gmail.com"], sender="noreply@dzgro.com"),
    layers=[
        Layer("pymongo", requirements=["pymongo==4.15.0"]),
        Layer("invoicegenerator", requirements=["num2words==0.5.14", "reportlab==4.4.3"]),
        # typing-extensions as in the other layers: Lambda lays all of them over each other
        Layer("mangum", requirements=["mangum==0.19.0", "typing-extensions==4.15.0"]),
        Layer("pandas", requirements=["pandas==2.3.3", "openpyxl==3.1.5"]),
        Layer("dzgroshared", source="layers/dzgroshared"),
        Layer("api", source="layers/api"),
        Layer("secrets", source="layers/secrets"),
    ],
    queues=[
        *[Queue(name, max_receive_count=1, waive=SAME_AS_FUNCTION) for name in CORE_QUEUES],
        Queue(
            "AmsChange",
            feature_set="ams",
            max_receive_count=1,
            senders=[SnsPublisher(AMS_CHANGE)],
            readers=[AMS_REVIEWER],
            waive=SAME_AS_FUNCTION,
        ),
        Queue(
            "AmsPerformance",
            feature_set="ams",
            max_receive_count=1,
            senders=[SnsPublisher(AMS_PERFORMANCE)],
            readers=[AMS_REVIEWER],
            waive=SAME_AS_FUNCTION,
        ),
    ],
    buckets=[
        Bucket(
            "dzgro-report-data", expire_days=3, cors=Cors(["GET", "HEAD"], max_age_seconds=3000)
        ),
        Bucket("dzgro-amz-report-data"),
        Bucket("dzgro-invoice", cors=Cors(["GET", "HEAD"], max_age_seconds=3000)),
    ],
    user_pools=[
        UserPool(
            "Dzgro",
            email_from="onboarding@dzgro.com",
            optional_attributes=["phone_number"],
            clients=[UserPoolClient(callback_path="/sign-in-callback", logout_path="/login")],
            resource_servers=[ResourceServer("dzgro", scopes=["read"])],
        )
    ],
    http_api=HttpApi(
        description="Application API and webhooks",
        custom_domain=True,
        health_path="/api/health",
        waive={
            "cors-any-origin": "the documents ask for it: webhooks and partners call from anywhere",
            "api-throttling": "the account's limits are meant",
        },
        cors=Cors(
            ["GET", "POST", "PUT", "DELETE", "PATCH"],
            origins=["*"],
            headers=[
                "Content-Type",
                "Authorization",
                "Marketplace",
                "X-Razorpay-Signature",
                "x-razorpay-event-id",
            ],
        ),
    ),
    functions=[
        Function(
            "CognitoTrigger",
            source="functions/CognitoTrigger",
            description="Cognito sign-up, confirmation, mail and token triggers",
            memory_mb=512,
            timeout_seconds=10,
            layers=["secrets", "pymongo"],
            triggers=[
                on_user_pool(
                    "Dzgro",
                    ["PreSignUp", "CustomMessage", "PostConfirmation", "PreTokenGeneration"],
                )
            ],
            uses=["Dzgro"],
        ),
        Function(
            "Api",
            source="functions/Api",
            description="Main application API (FastAPI behind Mangum)",
            memory_mb=1024,
            timeout_seconds=30,
            layers=["secrets", "api", "mangum", "dzgroshared"],
            routes=[Route("ANY", "/api/{proxy+}")],
            uses=[*CORE_QUEUES, *DATA_BUCKETS],
        ),
        Function(
            "QueueModelMessageProcessor",
            source="functions/QueueModelMessageProcessor",
            description="Handles queue messages by their model",
            memory_mb=1024,
            timeout_seconds=900,
            layers=["secrets", "dzgroshared", "invoicegenerator", "pandas"],
            triggers=[on_queue(name, batch_size=1) for name in CORE_QUEUES],
            uses=[*CORE_QUEUES, *DATA_BUCKETS],
        ),
        Function(
            "DzgroReportsS3Trigger",
            source="functions/DzgroReportsS3Trigger",
            description="Processes report CSV files as they arrive",
            memory_mb=1024,
            timeout_seconds=900,
            layers=["secrets", "dzgroshared", "pandas"],
            triggers=[on_upload("dzgro-report-data", suffix=".csv")],
            uses=["dzgro-report-data"],
        ),
        Function(
            "RazorPayWebhook",
            source="functions/RazorPayWebhook",
            description="Razorpay webhooks, answered directly",
            memory_mb=512,
            timeout_seconds=30,
            layers=["secrets", "dzgroshared"],
            routes=[Route("POST", "/webhook/rzrpay/{proxy+}")],
            uses=["dzgro-invoice"],
            settings=["RAZORPAY_WEBHOOK_SECRET"],
        ),
        Function(
            "AmsChange",
            source="functions/AmsChange",
            description="Amazon Marketing Stream change sets",
            feature_set="ams",
            layers=["secrets", "pymongo", "dzgroshared"],
            triggers=[on_queue("AmsChange")],
            uses=["AmsChange.read", "dzgro-amz-report-data.write"],
        ),
        Function(
            "AmsPerformance",
            source="functions/AmsPerformance",
            description="Amazon Marketing Stream performance data",
            feature_set="ams",
            layers=["secrets", "pymongo", "dzgroshared"],
            triggers=[on_queue("AmsPerformance")],
            uses=["AmsPerformance.read", "dzgro-amz-report-data.write"],
        ),
    ],
)
