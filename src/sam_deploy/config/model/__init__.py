"""What a user can declare in `deploy.py`. AWS's own terms, AWS's own units.

The classes only record (`declare.py`); their annotations are the rules that `load.py` holds
them to. After loading, every value in the tree has the type and the range written here.

app        the app, its environments and feature sets   functions  what runs
http       APIs, routes, who may call                    triggers   what else calls functions
messages   queues, topics, event buses                   storage    buckets, tables
identity   user pools                                    watching   alarms, settings, secrets, CDN
hooks      commands around promotions
"""

from sam_deploy.config.model.app import (
    App,
    Environment,
    FeatureSet,
    Promotion,
)
from sam_deploy.config.model.functions import (
    AsyncInvoke,
    Bundle,
    Function,
    FunctionUrl,
    Layer,
    Vpc,
)
from sam_deploy.config.model.hooks import Hook
from sam_deploy.config.model.http import (
    Authorizer,
    Cors,
    Firewall,
    HttpApi,
    RestApi,
    Route,
    Throttle,
)
from sam_deploy.config.model.identity import (
    Group,
    PasswordPolicy,
    ResourceServer,
    UserPool,
    UserPoolClient,
)
from sam_deploy.config.model.messages import (
    AttributeReader,
    EventBus,
    Queue,
    Rule,
    SnsPublisher,
    Subscription,
    Topic,
)
from sam_deploy.config.model.storage import (
    Bucket,
    Capacity,
    Index,
    Key,
    Table,
)
from sam_deploy.config.model.triggers import (
    EventTrigger,
    QueueTrigger,
    ScheduleTrigger,
    TableTrigger,
    TopicTrigger,
    Trigger,
    UploadTrigger,
    UserPoolTrigger,
    on_event,
    on_queue,
    on_schedule,
    on_table,
    on_topic,
    on_upload,
    on_user_pool,
)
from sam_deploy.config.model.watching import (
    Alarms,
    Distribution,
    Secret,
    Setting,
)

__all__ = [
    "Alarms",
    "App",
    "AsyncInvoke",
    "AttributeReader",
    "Authorizer",
    "Bucket",
    "Bundle",
    "Capacity",
    "Cors",
    "Distribution",
    "Environment",
    "EventBus",
    "EventTrigger",
    "FeatureSet",
    "Firewall",
    "Function",
    "FunctionUrl",
    "Group",
    "Hook",
    "HttpApi",
    "Index",
    "Key",
    "Layer",
    "PasswordPolicy",
    "Promotion",
    "Queue",
    "QueueTrigger",
    "ResourceServer",
    "RestApi",
    "Route",
    "Rule",
    "ScheduleTrigger",
    "Secret",
    "Setting",
    "SnsPublisher",
    "Subscription",
    "Table",
    "TableTrigger",
    "Throttle",
    "Topic",
    "TopicTrigger",
    "Trigger",
    "UploadTrigger",
    "UserPool",
    "UserPoolClient",
    "UserPoolTrigger",
    "Vpc",
    "on_event",
    "on_queue",
    "on_schedule",
    "on_table",
    "on_topic",
    "on_upload",
    "on_user_pool",
]
