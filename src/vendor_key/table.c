/* SPDX-License-Identifier: Apache-2.0 */
/* The table of key formats: what vendors document of them. In the order of the first two characters of the literal that
 * a form begins with (forms without one come first); of those that begin alike the longer literal first, and rows that
 * need a word before rows that do not. A `^` in a form: the secret begins there. `*` last among the hosts: anybody may
 * run the vendor's software. */
#include "table.h"

/* Short, for the table's sake. */
#define FORM VENDOR_KEY_BY_FORM
#define CHECKSUM VENDOR_KEY_BY_CHECKSUM
#define NO_PROOF VENDOR_KEY_NO_PROOF

// clang-format off
static const struct vendor_key rows[] = {
    {"pinecone", "key of the old form", VENDOR_KEY_MODEL, "%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.pinecone.io", "pinecone", 0, FORM},
    {"heroku", "API key of the old form", VENDOR_KEY_CLOUD, "%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.heroku.com", "heroku", 0, FORM},
    {"postmark", "server token", VENDOR_KEY_MESSAGE, "%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.postmarkapp.com", "postmark x-postmark", 0, FORM},
    {"azure", "storage key", VENDOR_KEY_CLOUD, "%b{86}==", "*.azure.com *.microsoft.com *.microsoftonline.com *.windows.net", "accountkey account_key azure sharedaccesskey storage", 45, FORM},
    {"azure", "shared access key", VENDOR_KEY_CLOUD, "%b{43}=", "*.azure.com *.microsoft.com *.microsoftonline.com *.windows.net", "sharedaccesskey shared_access", 45, NO_PROOF},
    {"paypal", "client secret", VENDOR_KEY_PAYMENT, "E%w{79}", "*.paypal.com", "paypal", 42, FORM},
    {"elevenlabs", "key of the old form", VENDOR_KEY_MODEL, "%h{32}", "*.elevenlabs.io", "elevenlabs xi-api-key xi_api_key", 30, FORM},
    {"cohere", "API key", VENDOR_KEY_MODEL, "%a{40}", "*.cohere.com *.cohere.ai", "cohere", 38, FORM},
    {"mistral", "API key", VENDOR_KEY_MODEL, "%a{32}", "*.mistral.ai", "mistral", 36, FORM},
    {"together", "API key", VENDOR_KEY_MODEL, "%h{64}", "*.together.xyz *.together.ai", "togetherai together_ together.", 35, FORM},
    {"wandb", "API key", VENDOR_KEY_MODEL, "%h{40}", "*.wandb.ai *", "wandb", 30, FORM},
    {"assemblyai", "API key", VENDOR_KEY_MODEL, "%l{32}", "*.assemblyai.com", "assemblyai", 30, FORM},
    {"deepgram", "API key", VENDOR_KEY_MODEL, "%h{40}", "*.deepgram.com", "deepgram", 30, FORM},
    {"azure", "model key of the old form", VENDOR_KEY_MODEL, "%h{32}", "*.azure.com *.microsoft.com", "azure ocp-apim cognitive", 30, FORM},
    {"aws", "secret key", VENDOR_KEY_CLOUD, "%b{40}", "*.amazonaws.com *.amazon.com *.aws.dev", "aws secret_access secretaccess secret-access secretkey secret_key", 42, FORM},
    {"cloudflare", "token of the old form", VENDOR_KEY_CLOUD, "%w{40}", "*.cloudflare.com", "cloudflare", 38, FORM},
    {"hetzner", "API token", VENDOR_KEY_CLOUD, "%a{64}", "*.hetzner.cloud *.hetzner.com", "hetzner hcloud", 45, FORM},
    {"magento", "integration token", VENDOR_KEY_SHOP, "%l{32}", "*", "magento consumer_key consumer_secret consumersecret consumerkey oauth_token oauth_consumer access_token_secret integration_token", 34, FORM},
    {"magento", "repository key", VENDOR_KEY_SHOP, "%h{32}", "*.magento.com", "repo.magento.com magento", 30, FORM},
    {"algolia", "API key", VENDOR_KEY_SHOP, "%h{32}", "*.algolia.net *.algolianet.com *.algolia.com", "algolia", 30, FORM},
    {"twilio", "auth token", VENDOR_KEY_MESSAGE, "%h{32}", "*.twilio.com", "twilio", 30, FORM},
    {"datadog", "API key", VENDOR_KEY_SERVICE, "%h{32}", "*.datadoghq.com *.datadoghq.eu", "datadog dd_api dd-api", 30, FORM},
    {"datadog", "application key", VENDOR_KEY_SERVICE, "%h{40}", "*.datadoghq.com *.datadoghq.eu", "datadog dd_app dd-app", 30, FORM},
    {"zendesk", "API token", VENDOR_KEY_SERVICE, "%a{40}", "*.zendesk.com", "zendesk", 38, FORM},
    {"discord", "bot token", VENDOR_KEY_MESSAGE, "M%w{23,27}.%w{6}.%w{27,40}", "*.discord.com discord.com *.discordapp.com", "", 42, FORM},
    {"hashicorp", "terraform token", VENDOR_KEY_CLOUD, "%a{14}.atlasv1.%w{60,70}", "*.terraform.io *.hashicorp.com *", "", 0, FORM},
    {"azure", "client secret", VENDOR_KEY_CLOUD, "%w{3}%dQ~%t{31,34}", "*.azure.com *.microsoft.com *.microsoftonline.com *.windows.net", "", 0, FORM},
    {"mailgun", "API key", VENDOR_KEY_MESSAGE, "%h{32}-%h{8}-%h{8}", "*.mailgun.net *.mailgun.org", "", 30, FORM},
    {"azure", "model key", VENDOR_KEY_MODEL, "%a{52}JQQJ9%a{27}", "*.azure.com *.microsoft.com *.windows.net", "", 0, FORM},
    {"mailchimp", "API key", VENDOR_KEY_MESSAGE, "%h{32}-us%d{1,2}", "*.mailchimp.com", "", 30, FORM},
    {"okta", "API token", VENDOR_KEY_SERVICE, "00%w{40}", "*.okta.com *.oktapreview.com", "okta ssws", 40, FORM},
    {"google", "refresh token", VENDOR_KEY_CLOUD, "1//0%w{40,120}", "*.googleapis.com *.google.com", "", 40, FORM},
    {"twitter", "bearer token", VENDOR_KEY_MESSAGE, "AAAAAAAAAAAAAAAAAAAAA%w{60,120}", "*.twitter.com *.x.com", "", 0, FORM},
    {"telegram", "bot token", VENDOR_KEY_MESSAGE, "AA%w{33}", "*.telegram.org *", "telegram bot", 38, FORM},
    {"aws", "Bedrock key", VENDOR_KEY_MODEL, "ABSK%b{109,269}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 0, FORM},
    {"aws", "bearer token", VENDOR_KEY_CLOUD, "ABIA%2{16}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 25, FORM},
    {"aws", "context key", VENDOR_KEY_CLOUD, "ACCA%2{16}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 25, NO_PROOF},
    {"google", "API key", VENDOR_KEY_MODEL, "AIza%w{35}", "*.googleapis.com *.google.com", "", 30, FORM},
    {"aws", "access key", VENDOR_KEY_CLOUD, "AKIA%2{16}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 25, NO_PROOF},
    {"tencent", "secret id", VENDOR_KEY_CLOUD, "AKID%a{32}", "*.tencentcloudapi.com *.myqcloud.com", "", 35, NO_PROOF},
    {"jfrog", "API key", VENDOR_KEY_CODE, "AKCp%a{69}", "*.jfrog.io *", "", 40, FORM},
    {"adyen", "API key", VENDOR_KEY_PAYMENT, "AQE%b{80,250}-%b{30,80}", "*.adyen.com *.adyenpayments.com", "", 45, FORM},
    {"aws", "temporary access key", VENDOR_KEY_CLOUD, "ASIA%2{16}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 25, NO_PROOF},
    {"atlassian", "API token", VENDOR_KEY_CODE, "ATATT3%w{180,250}=%H{8}", "*.atlassian.net *.atlassian.com *.bitbucket.org", "", 0, FORM},
    {"atlassian", "app password", VENDOR_KEY_CODE, "ATBB%a{32}", "*.bitbucket.org bitbucket.org", "", 35, NO_PROOF},
    {"contentful", "management token", VENDOR_KEY_SERVICE, "CFPAT-%w{43}", "*.contentful.com", "", 0, FORM},
    {"square", "access token", VENDOR_KEY_PAYMENT, "EAAA%w{60}", "*.squareup.com *.squareupsandbox.com *.square.com", "", 42, NO_PROOF},
    {"facebook", "access token", VENDOR_KEY_MESSAGE, "EAA%a{80,400}", "*.facebook.com *.instagram.com", "", 40, NO_PROOF},
    {"easypost", "API key", VENDOR_KEY_SERVICE, "EZAK%a{54}", "*.easypost.com", "", 0, FORM},
    {"easypost", "test key", VENDOR_KEY_SERVICE, "EZTK%a{54}", "*.easypost.com", "", 0, FORM},
    {"flutterwave", "test key", VENDOR_KEY_PAYMENT, "FLWSECK_TEST-%h{32}-X", "*.flutterwave.com", "", 0, FORM},
    {"flutterwave", "secret key", VENDOR_KEY_PAYMENT, "FLWSECK-%h{32}-X", "*.flutterwave.com", "", 0, FORM},
    {"aws", "session token", VENDOR_KEY_CLOUD, "FwoGZXIvYXdz%b{80,2000}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 0, FORM},
    {"google", "client secret", VENDOR_KEY_CLOUD, "GOCSPX-%w{28}", "*.googleapis.com *.google.com", "", 0, FORM},
    {"gitlab", "runner registration token", VENDOR_KEY_CODE, "GR1348941%w{20}", "*.gitlab.com gitlab.com *", "", 30, FORM},
    {"heroku", "API key", VENDOR_KEY_CLOUD, "HRKU-AA%w{58}", "*.heroku.com", "", 0, FORM},
    {"aws", "session token", VENDOR_KEY_CLOUD, "IQoJb3JpZ2lu%b{80,2000}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 0, FORM},
    {"alibaba", "access key", VENDOR_KEY_CLOUD, "LTAI%a{17,30}", "*.aliyuncs.com *.alibabacloud.com", "", 30, NO_PROOF},
    {"newrelic", "user key", VENDOR_KEY_SERVICE, "NRAK-%u{27}", "*.newrelic.com", "", 0, FORM},
    {"newrelic", "insert key", VENDOR_KEY_SERVICE, "NRII-%w{32}", "*.newrelic.com", "", 35, FORM},
    {"postman", "API key", VENDOR_KEY_CODE, "PMAK-%h{24}-%h{34}", "*.postman.com *.getpostman.com", "", 0, FORM},
    {"scaleway", "access key", VENDOR_KEY_CLOUD, "SCW%u{17}", "*.scaleway.com", "", 30, NO_PROOF},
    {"sendgrid", "API key", VENDOR_KEY_MESSAGE, "SG.%w{22}.%w{43}", "*.sendgrid.com *.sendgrid.net", "", 0, FORM},
    {"twilio", "API key", VENDOR_KEY_MESSAGE, "SK%h{32}", "*.twilio.com", "", 30, NO_PROOF},
    {"braintree", "access token", VENDOR_KEY_PAYMENT, "access_token$production$%l{16}$^%h{32}", "*.paypal.com *.braintreegateway.com *.braintree-api.com *.paypal.cn", "", 0, FORM},
    {"braintree", "access token", VENDOR_KEY_PAYMENT, "access_token$sandbox$%l{16}$^%h{32}", "*.paypal.com *.braintreegateway.com *.braintree-api.com *.paypal.cn", "", 0, FORM},
    {"mollie", "organisation token", VENDOR_KEY_PAYMENT, "access_%a{30,40}", "*.mollie.com", "mollie", 39, FORM},
    {"amazon", "client secret", VENDOR_KEY_SHOP, "amzn1.oa2-cs.v1.%h{64}", "*.amazon.com *.amazonservices.com *.amazon.de *.amazonservices.de *.amazonservices.co.uk", "", 0, FORM},
    {"amazon", "marketplace token", VENDOR_KEY_SHOP, "amzn.mws.%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.amazon.com *.amazonservices.com *.amazon.de *.amazonservices.de *.amazonservices.co.uk", "", 0, FORM},
    {"huggingface", "organisation token", VENDOR_KEY_MODEL, "api_org_%a{34}", "*.huggingface.co huggingface.co *.hf.space *.huggingface.cloud", "", 0, FORM},
    {"launchdarkly", "API key", VENDOR_KEY_SERVICE, "api-%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.launchdarkly.com *", "", 0, NO_PROOF},
    {"aws", "temporary Bedrock key", VENDOR_KEY_MODEL, "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t%b{20,2000}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 0, FORM},
    {"cloudflare", "user token", VENDOR_KEY_CLOUD, "cfut_%w{40,64}", "*.cloudflare.com", "", 38, FORM},
    {"cloudflare", "account token", VENDOR_KEY_CLOUD, "cfat_%w{40,64}", "*.cloudflare.com", "", 38, FORM},
    {"cloudflare", "key", VENDOR_KEY_CLOUD, "cfk_%w{40,64}", "*.cloudflare.com", "", 38, FORM},
    {"crates", "token", VENDOR_KEY_CODE, "cio%a{32}", "crates.io *.crates.io", "", 40, NO_PROOF},
    {"woocommerce", "consumer key", VENDOR_KEY_SHOP, "ck_%h{40}", "*", "", 30, FORM},
    {"cerebras", "API key", VENDOR_KEY_MODEL, "csk-%l{48}", "*.cerebras.ai", "", 0, FORM},
    {"woocommerce", "consumer secret", VENDOR_KEY_SHOP, "cs_%h{40}", "*", "", 30, FORM},
    {"databricks", "access token", VENDOR_KEY_CLOUD, "dapi%h{32}-%d", "*.databricks.com *.azuredatabricks.net", "", 30, NO_PROOF},
    {"databricks", "access token", VENDOR_KEY_CLOUD, "dapi%h{32}", "*.databricks.com *.azuredatabricks.net", "", 30, NO_PROOF},
    {"docker", "access token", VENDOR_KEY_CODE, "dckr_pat_%w{27}", "*.docker.com *.docker.io", "", 0, FORM},
    {"docker", "organisation token", VENDOR_KEY_CODE, "dckr_oat_%w{32}", "*.docker.com *.docker.io", "", 0, FORM},
    {"discord", "webhook", VENDOR_KEY_MESSAGE, "discord.com/api/webhooks/%d{17,20}/^%w{60,80}", "*.discord.com discord.com *.discordapp.com", "", 35, FORM},
    {"digitalocean", "token", VENDOR_KEY_CLOUD, "dop_v1_%h{64}", "*.digitalocean.com", "", 0, FORM},
    {"digitalocean", "token", VENDOR_KEY_CLOUD, "doo_v1_%h{64}", "*.digitalocean.com", "", 0, FORM},
    {"digitalocean", "token", VENDOR_KEY_CLOUD, "dor_v1_%h{64}", "*.digitalocean.com", "", 0, FORM},
    {"doppler", "token", VENDOR_KEY_SERVICE, "dp.pt.%a{40,44}", "*.doppler.com", "", 0, FORM},
    {"dynatrace", "API token", VENDOR_KEY_SERVICE, "dt0c01.%u{24}.%u{64}", "*.dynatrace.com *", "", 0, FORM},
    {"figma", "personal token", VENDOR_KEY_SERVICE, "figd_%w{40}", "*.figma.com", "", 38, FORM},
    {"fly", "token", VENDOR_KEY_CLOUD, "fo1_%w{43}", "*.fly.io *.fly.dev", "", 0, FORM},
    {"fireworks", "API key", VENDOR_KEY_MODEL, "fw_%a{22,32}", "*.fireworks.ai", "", 35, NO_PROOF},
    {"github", "personal token", VENDOR_KEY_CODE, "ghp_%a{36}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io *", "", 30, CHECKSUM},
    {"github", "OAuth token", VENDOR_KEY_CODE, "gho_%a{36}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io *", "", 30, CHECKSUM},
    {"github", "user token", VENDOR_KEY_CODE, "ghu_%a{36}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io *", "", 30, CHECKSUM},
    {"github", "installation token", VENDOR_KEY_CODE, "ghs_%a{36}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io *", "", 30, CHECKSUM},
    {"github", "refresh token", VENDOR_KEY_CODE, "ghr_%a{36}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io *", "", 30, CHECKSUM},
    {"github", "fine-grained token", VENDOR_KEY_CODE, "github_pat_%a{22}_%a{59}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io *", "", 30, FORM},
    {"gitlab", "agent token", VENDOR_KEY_CODE, "glagent-%w{20,64}", "*.gitlab.com gitlab.com *", "", 30, FORM},
    {"gitlab", "SCIM token", VENDOR_KEY_CODE, "glsoat-%w{20,64}", "*.gitlab.com gitlab.com *", "", 30, FORM},
    {"gitlab", "personal token, routable", VENDOR_KEY_CODE, "glpat-%w{27,300}.%l{2}.%l{9}", "*.gitlab.com gitlab.com *", "", 30, FORM},
    {"gitlab", "personal token", VENDOR_KEY_CODE, "glpat-%w{20,64}", "*.gitlab.com gitlab.com *", "", 30, FORM},
    {"gitlab", "trigger token", VENDOR_KEY_CODE, "glptt-%w{20,64}", "*.gitlab.com gitlab.com *", "", 30, FORM},
    {"gitlab", "application secret", VENDOR_KEY_CODE, "gloas-%w{20,64}", "*.gitlab.com gitlab.com *", "", 30, FORM},
    {"grafana", "service account token", VENDOR_KEY_SERVICE, "glsa_%a{32}_%H{8}", "*.grafana.net *.grafana.com *", "", 0, FORM},
    {"gitlab", "deploy token", VENDOR_KEY_CODE, "gldt-%w{20,64}", "*.gitlab.com gitlab.com *", "", 30, FORM},
    {"gitlab", "runner token", VENDOR_KEY_CODE, "glrt-%w{20,64}", "*.gitlab.com gitlab.com *", "", 30, FORM},
    {"gitlab", "feed token", VENDOR_KEY_CODE, "glft-%w{20,64}", "*.gitlab.com gitlab.com *", "", 30, FORM},
    {"grafana", "cloud token", VENDOR_KEY_SERVICE, "glc_%b{32,400}", "*.grafana.net *.grafana.com", "", 38, FORM},
    {"groq", "API key", VENDOR_KEY_MODEL, "gsk_%a{52}", "*.groq.com", "", 0, FORM},
    {"huggingface", "access token", VENDOR_KEY_MODEL, "hf_%a{34,40}", "*.huggingface.co huggingface.co *.hf.space *.huggingface.cloud", "", 35, FORM},
    {"slack", "workflow webhook", VENDOR_KEY_MESSAGE, "hooks.slack.com/workflows/T%u{8,12}/A%u{8,12}/%d{15,20}/^%a{20,26}", "*.slack.com slack.com", "", 25, FORM},
    {"slack", "webhook", VENDOR_KEY_MESSAGE, "hooks.slack.com/services/T%u{8,12}/B%u{8,12}/^%a{20,26}", "*.slack.com slack.com", "", 25, FORM},
    {"hashicorp", "vault batch token", VENDOR_KEY_CLOUD, "hvb.%w{100,400}", "*", "", 38, FORM},
    {"hashicorp", "vault token", VENDOR_KEY_CLOUD, "hvs.%w{24,200}", "*", "", 38, FORM},
    {"jina", "API key", VENDOR_KEY_MODEL, "jina_%w{60}", "*.jina.ai", "", 0, FORM},
    {"mailgun", "private key", VENDOR_KEY_MESSAGE, "key-%h{32}", "*.mailgun.net *.mailgun.org", "", 30, NO_PROOF},
    {"klarna", "API key", VENDOR_KEY_PAYMENT, "klarna_live_api_%w{20,200}", "*.klarna.com", "", 35, FORM},
    {"klarna", "API key", VENDOR_KEY_PAYMENT, "klarna_test_api_%w{20,200}", "*.klarna.com", "", 35, FORM},
    {"linear", "API key", VENDOR_KEY_SERVICE, "lin_api_%a{40}", "*.linear.app", "", 0, FORM},
    {"gocardless", "access token", VENDOR_KEY_PAYMENT, "live_%w{40}", "*.gocardless.com", "gocardless", 38, FORM},
    {"mollie", "API key", VENDOR_KEY_PAYMENT, "live_%a{30,40}", "*.mollie.com", "", 39, NO_PROOF},
    {"langsmith", "API key", VENDOR_KEY_MODEL, "lsv2_pt_%h{32}_%h{10}", "*.langchain.com *", "", 0, FORM},
    {"langsmith", "API key", VENDOR_KEY_MODEL, "lsv2_sk_%h{32}_%h{10}", "*.langchain.com *", "", 0, FORM},
    {"mailchimp", "Mandrill key", VENDOR_KEY_MESSAGE, "md-%w{22}", "*.mandrillapp.com", "mandrill", 38, FORM},
    {"netlify", "access token", VENDOR_KEY_CLOUD, "nfp_%a{36}", "*.netlify.com", "", 0, FORM},
    {"npm", "access token", VENDOR_KEY_CODE, "npm_%a{36}", "*.npmjs.org *.npmjs.com", "", 30, CHECKSUM},
    {"notion", "integration token", VENDOR_KEY_SERVICE, "ntn_%a{40,50}", "*.notion.com *.notion.so", "", 0, FORM},
    {"nvidia", "API key", VENDOR_KEY_MODEL, "nvapi-%w{60,70}", "*.nvidia.com", "", 38, FORM},
    {"1password", "service account token", VENDOR_KEY_SERVICE, "ops_eyJ%b{250,2000}", "*.1password.com", "", 0, FORM},
    {"nuget", "API key", VENDOR_KEY_CODE, "oy2%l{43}", "*.nuget.org", "", 35, NO_PROOF},
    {"adobe", "client secret", VENDOR_KEY_SHOP, "p8e-%w{32}", "*.adobe.com *.adobe.io", "", 35, FORM},
    {"packagist", "composer token", VENDOR_KEY_CODE, "packagist_%a{3}_%h{68}", "*.packagist.com", "", 0, FORM},
    {"hubspot", "private app token", VENDOR_KEY_SERVICE, "pat-eu1-%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.hubapi.com *.hubspot.com", "", 0, FORM},
    {"hubspot", "private app token", VENDOR_KEY_SERVICE, "pat-na1-%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.hubapi.com *.hubspot.com", "", 0, FORM},
    {"airtable", "personal token", VENDOR_KEY_SERVICE, "pat%a{14}.%h{64}", "*.airtable.com", "", 0, FORM},
    {"voyage", "API key", VENDOR_KEY_MODEL, "pa-%w{43}", "*.voyageai.com", "", 40, NO_PROOF},
    {"pinecone", "API key", VENDOR_KEY_MODEL, "pcsk_%a{5,6}_%a{60,66}", "*.pinecone.io", "", 0, FORM},
    {"klaviyo", "private key", VENDOR_KEY_SHOP, "pk_%h{34}", "*.klaviyo.com", "", 30, NO_PROOF},
    {"perplexity", "API key", VENDOR_KEY_MODEL, "pplx-%a{48,56}", "*.perplexity.ai", "", 0, FORM},
    {"planetscale", "token", VENDOR_KEY_CLOUD, "pscale_tkn_%w{32,64}", "*.planetscale.com", "", 38, FORM},
    {"pulumi", "access token", VENDOR_KEY_CLOUD, "pul-%h{40}", "*.pulumi.com *", "", 0, FORM},
    {"pypi", "upload token", VENDOR_KEY_CODE, "pypi-AgEIcHlwaS5vcmc%w{50,1000}", "*.pypi.org pypi.org", "", 0, FORM},
    {"replicate", "API token", VENDOR_KEY_MODEL, "r8_%w{37}", "*.replicate.com", "", 35, NO_PROOF},
    {"stripe", "restricted key", VENDOR_KEY_PAYMENT, "rk_live_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, FORM},
    {"stripe", "restricted test key", VENDOR_KEY_PAYMENT, "rk_test_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, FORM},
    {"stripe", "restricted key", VENDOR_KEY_PAYMENT, "rk_prod_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, FORM},
    {"render", "API key", VENDOR_KEY_CLOUD, "rnd_%a{28,36}", "*.render.com", "", 38, NO_PROOF},
    {"rubygems", "API key", VENDOR_KEY_CODE, "rubygems_%h{48}", "rubygems.org *.rubygems.org", "", 0, FORM},
    {"razorpay", "key id", VENDOR_KEY_PAYMENT, "rzp_live_%a{14}", "*.razorpay.com", "", 30, NO_PROOF},
    {"razorpay", "key id", VENDOR_KEY_PAYMENT, "rzp_test_%a{14}", "*.razorpay.com", "", 30, NO_PROOF},
    {"supabase", "secret key", VENDOR_KEY_CLOUD, "sb_secret_%w{22}_%w{8}", "*.supabase.com *.supabase.co", "", 0, FORM},
    {"supabase", "access token", VENDOR_KEY_CLOUD, "sbp_%h{40}", "*.supabase.com *.supabase.co", "", 0, FORM},
    {"launchdarkly", "SDK key", VENDOR_KEY_SERVICE, "sdk-%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.launchdarkly.com *", "", 0, NO_PROOF},
    {"notion", "integration token of the old form", VENDOR_KEY_SERVICE, "secret_%a{43}", "*.notion.com *.notion.so", "", 38, NO_PROOF},
    {"sourcegraph", "access token of an instance", VENDOR_KEY_CODE, "sgp_%h{16}_%h{40}", "sourcegraph.com *.sourcegraph.com *", "", 0, FORM},
    {"sourcegraph", "access token", VENDOR_KEY_CODE, "sgp_%h{40}", "sourcegraph.com *.sourcegraph.com *", "", 0, FORM},
    {"shippo", "live token", VENDOR_KEY_SERVICE, "shippo_live_%h{40}", "*.goshippo.com", "", 0, FORM},
    {"shippo", "test token", VENDOR_KEY_SERVICE, "shippo_test_%h{40}", "*.goshippo.com", "", 0, FORM},
    {"shopify", "theme password", VENDOR_KEY_SHOP, "shptka_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, FORM},
    {"shopify", "access token", VENDOR_KEY_SHOP, "shpat_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, FORM},
    {"shopify", "custom app token", VENDOR_KEY_SHOP, "shpca_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, FORM},
    {"shopify", "private app password", VENDOR_KEY_SHOP, "shppa_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, FORM},
    {"shopify", "shared secret", VENDOR_KEY_SHOP, "shpss_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, FORM},
    {"shopify", "user token", VENDOR_KEY_SHOP, "shpua_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, FORM},
    {"anthropic", "admin key", VENDOR_KEY_MODEL, "sk-ant-admin01-%w{93}AA", "*.anthropic.com *.claude.ai *.claude.com", "", 0, FORM},
    {"anthropic", "access token", VENDOR_KEY_MODEL, "sk-ant-oat01-%w{60,200}", "*.anthropic.com *.claude.ai *.claude.com", "", 40, FORM},
    {"anthropic", "API key", VENDOR_KEY_MODEL, "sk-ant-api03-%w{93}AA", "*.anthropic.com *.claude.ai *.claude.com", "", 0, FORM},
    {"openai", "service account key", VENDOR_KEY_MODEL, "sk-svcacct-%w{20,120}T3BlbkFJ%w{20,120}", "*.openai.com", "", 0, FORM},
    {"openai", "service account key, of another length", VENDOR_KEY_MODEL, "sk-svcacct-%w{40,200}", "*.openai.com", "", 40, FORM},
    {"openai", "admin key", VENDOR_KEY_MODEL, "sk-admin-%w{20,120}T3BlbkFJ%w{20,120}", "*.openai.com", "", 0, FORM},
    {"openai", "admin key, of another length", VENDOR_KEY_MODEL, "sk-admin-%w{40,200}", "*.openai.com", "", 40, FORM},
    {"openrouter", "API key", VENDOR_KEY_MODEL, "sk-or-v1-%h{64}", "openrouter.ai *.openrouter.ai", "", 0, FORM},
    {"paystack", "secret key", VENDOR_KEY_PAYMENT, "sk_live_%h{40}", "*.paystack.co", "paystack", 30, FORM},
    {"openai", "project key", VENDOR_KEY_MODEL, "sk-proj-%w{20,120}T3BlbkFJ%w{20,120}", "*.openai.com", "", 0, FORM},
    {"openai", "user key", VENDOR_KEY_MODEL, "sk-None-%w{20,120}T3BlbkFJ%w{20,120}", "*.openai.com", "", 0, FORM},
    {"openai", "project key, of another length", VENDOR_KEY_MODEL, "sk-proj-%w{40,200}", "*.openai.com", "", 40, FORM},
    {"openai", "user key, of another length", VENDOR_KEY_MODEL, "sk-None-%w{40,200}", "*.openai.com", "", 40, FORM},
    {"stripe", "secret key", VENDOR_KEY_PAYMENT, "sk_live_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, FORM},
    {"stripe", "test key", VENDOR_KEY_PAYMENT, "sk_test_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, FORM},
    {"stripe", "secret key", VENDOR_KEY_PAYMENT, "sk_prod_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, FORM},
    {"anthropic", "key of another length", VENDOR_KEY_MODEL, "sk-ant-%w{36,140}", "*.anthropic.com *.claude.ai *.claude.com", "", 40, FORM},
    {"langfuse", "secret key", VENDOR_KEY_MODEL, "sk-lf-%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.langfuse.com *", "", 0, FORM},
    {"mapbox", "secret token", VENDOR_KEY_SERVICE, "sk.eyJ%w{50,200}.%w{22}", "*.mapbox.com", "", 0, FORM},
    {"deepseek", "API key", VENDOR_KEY_MODEL, "sk-%h{32}", "*.deepseek.com", "deepseek", 30, FORM},
    {"alibaba", "model key", VENDOR_KEY_MODEL, "sk-%l{32}", "*.aliyuncs.com", "dashscope qwen alibaba bailian", 30, FORM},
    {"stability", "API key", VENDOR_KEY_MODEL, "sk-%a{48}", "*.stability.ai", "stability", 38, NO_PROOF},
    {"openai", "user key", VENDOR_KEY_MODEL, "sk-%a{20}T3BlbkFJ%a{20}", "*.openai.com", "", 0, FORM},
    {"openai", "key of the old form", VENDOR_KEY_MODEL, "sk-%a{48}", "*.openai.com *.stability.ai", "", 38, NO_PROOF},
    {"elevenlabs", "API key", VENDOR_KEY_MODEL, "sk_%h{48}", "*.elevenlabs.io", "", 0, FORM},
    {"sentry", "organisation token", VENDOR_KEY_SERVICE, "sntrys_eyJ%b{80,400}_%b{43}", "*.sentry.io sentry.io *", "", 0, FORM},
    {"sentry", "user token", VENDOR_KEY_SERVICE, "sntryu_%h{64}", "*.sentry.io sentry.io *", "", 0, FORM},
    {"square", "access token", VENDOR_KEY_PAYMENT, "sq0atp-%w{22}", "*.squareup.com *.squareupsandbox.com *.square.com", "", 0, FORM},
    {"square", "client secret", VENDOR_KEY_PAYMENT, "sq0csp-%w{43}", "*.squareup.com *.squareupsandbox.com *.square.com", "", 0, FORM},
    {"sonar", "token", VENDOR_KEY_CODE, "sqp_%h{40}", "*.sonarcloud.io sonarcloud.io *", "", 0, FORM},
    {"sonar", "token", VENDOR_KEY_CODE, "squ_%h{40}", "*.sonarcloud.io sonarcloud.io *", "", 0, FORM},
    {"sonar", "token", VENDOR_KEY_CODE, "sqa_%h{40}", "*.sonarcloud.io sonarcloud.io *", "", 0, FORM},
    {"sumup", "secret key", VENDOR_KEY_PAYMENT, "sup_sk_%a{32}", "*.sumup.com", "", 0, FORM},
    {"gocardless", "access token", VENDOR_KEY_PAYMENT, "test_%w{40}", "*.gocardless.com", "gocardless", 38, FORM},
    {"mollie", "API key", VENDOR_KEY_PAYMENT, "test_%a{30,40}", "*.mollie.com", "", 39, NO_PROOF},
    {"typeform", "personal token", VENDOR_KEY_SERVICE, "tfp_%t{40,60}", "*.typeform.com", "", 35, NO_PROOF},
    {"together", "key of the new form", VENDOR_KEY_MODEL, "tgp_v1_%w{43}", "*.together.xyz *.together.ai", "", 0, FORM},
    {"tavily", "API key", VENDOR_KEY_MODEL, "tvly-%w{20,50}", "*.tavily.com", "", 35, FORM},
    {"cloudflare", "origin CA key", VENDOR_KEY_CLOUD, "v1.0-%h{24}-%h{146}", "*.cloudflare.com", "", 0, FORM},
    {"stripe", "webhook secret", VENDOR_KEY_PAYMENT, "whsec_%b{32,64}", "*", "", 38, NO_PROOF},
    {"xai", "management key", VENDOR_KEY_MODEL, "xai-token-%_{80}", "*.x.ai", "", 0, FORM},
    {"slack", "app-level token", VENDOR_KEY_MESSAGE, "xapp-%d-%u{8,14}-%d{10,14}-%h{64}", "*.slack.com slack.com", "", 0, FORM},
    {"xai", "API key", VENDOR_KEY_MODEL, "xai-%_{80}", "*.x.ai", "", 0, FORM},
    {"brevo", "API key", VENDOR_KEY_MESSAGE, "xkeysib-%h{64}-%a{16}", "*.brevo.com *.sendinblue.com", "", 0, FORM},
    {"slack", "configuration token", VENDOR_KEY_MESSAGE, "xoxe.xox%a-%d-%a{140,200}", "*.slack.com slack.com", "", 0, FORM},
    {"slack", "bot token", VENDOR_KEY_MESSAGE, "xoxb-%w{20,250}", "*.slack.com slack.com", "", 26, FORM},
    {"slack", "user token", VENDOR_KEY_MESSAGE, "xoxp-%w{20,250}", "*.slack.com slack.com", "", 26, FORM},
    {"slack", "app token", VENDOR_KEY_MESSAGE, "xoxa-%w{20,250}", "*.slack.com slack.com", "", 26, FORM},
    {"slack", "refresh token", VENDOR_KEY_MESSAGE, "xoxr-%w{20,250}", "*.slack.com slack.com", "", 26, FORM},
    {"slack", "session token", VENDOR_KEY_MESSAGE, "xoxs-%w{20,250}", "*.slack.com slack.com", "", 26, FORM},
    {"slack", "refresh token", VENDOR_KEY_MESSAGE, "xoxe-%w{20,250}", "*.slack.com slack.com", "", 26, FORM},
    {"slack", "old token", VENDOR_KEY_MESSAGE, "xoxo-%w{20,250}", "*.slack.com slack.com", "", 26, FORM},
    {"brevo", "SMTP key", VENDOR_KEY_MESSAGE, "xsmtpsib-%h{64}-%a{16}", "*.brevo.com *.sendinblue.com", "", 0, FORM},
    {"google", "access token", VENDOR_KEY_CLOUD, "ya29.%w{30,2000}", "*.googleapis.com *.google.com", "", 35, FORM},
};
// clang-format on

const struct vendor_key *vendor_key_rows(size_t *count)
{
    *count = COUNT_OF(rows);
    return rows;
}

size_t table_literal(const struct vendor_key *key)
{
    size_t length = strcspn(key->form, "%");
    return length >= TABLE_LEAD ? length : 0;
}

static int lead_number(const char *lead)
{
    return (unsigned char)lead[0] << 8 | (unsigned char)lead[1];
}
_Static_assert(TABLE_LEAD == 2, "a lead is two characters");

static int compare_lead(const struct vendor_key *key, const char *lead)
{
    bool led = key->form[0] != '%' && key->form[1] != '%';
    return led ? lead_number(key->form) - lead_number(lead) : -1;
}

const struct vendor_key *table_from(const char *lead)
{
    size_t low = 0;
    size_t high = COUNT_OF(rows);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_lead(&rows[middle], lead) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return &rows[low];
}

bool table_goes_on(const struct vendor_key *key, const char *lead)
{
    return key < rows + COUNT_OF(rows) && compare_lead(key, lead) == 0;
}

const struct vendor_key *table_without_lead(size_t *count)
{
    for (*count = 0; table_literal(&rows[*count]) == 0;)
        ++*count;
    return rows;
}
