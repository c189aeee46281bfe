/* SPDX-License-Identifier: Apache-2.0 */
/* The table of key formats: what vendors document of them. In the order of the first two characters of the literal that
 * a form begins with (forms without one come first); of those that begin alike the longer literal first, and rows that
 * need a word before rows that do not. A `^` in a form: the secret begins there. */
#include "table.h"

// clang-format off
static const struct vendor_key rows[] = {
    {"pinecone", "key of the old form", VENDOR_KEY_MODEL, "%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.pinecone.io", "pinecone", 0, false},
    {"heroku", "API key of the old form", VENDOR_KEY_CLOUD, "%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.heroku.com", "heroku", 0, false},
    {"postmark", "server token", VENDOR_KEY_MESSAGE, "%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.postmarkapp.com", "postmark x-postmark", 0, false},
    {"azure", "storage key", VENDOR_KEY_CLOUD, "%b{86}==", "*.azure.com *.microsoft.com *.microsoftonline.com *.windows.net", "accountkey account_key azure sharedaccesskey storage", 45, false},
    {"azure", "shared access key", VENDOR_KEY_CLOUD, "%b{43}=", "*.azure.com *.microsoft.com *.microsoftonline.com *.windows.net", "sharedaccesskey shared_access", 45, false},
    {"paypal", "client secret", VENDOR_KEY_PAYMENT, "E%w{79}", "*.paypal.com", "paypal", 42, false},
    {"elevenlabs", "key of the old form", VENDOR_KEY_MODEL, "%h{32}", "*.elevenlabs.io", "elevenlabs xi-api-key xi_api_key", 30, false},
    {"cohere", "API key", VENDOR_KEY_MODEL, "%a{40}", "*.cohere.com *.cohere.ai", "cohere", 38, false},
    {"mistral", "API key", VENDOR_KEY_MODEL, "%a{32}", "*.mistral.ai", "mistral", 36, false},
    {"together", "API key", VENDOR_KEY_MODEL, "%h{64}", "*.together.xyz *.together.ai", "togetherai together_ together.", 35, false},
    {"wandb", "API key", VENDOR_KEY_MODEL, "%h{40}", "*.wandb.ai", "wandb", 30, false},
    {"assemblyai", "API key", VENDOR_KEY_MODEL, "%l{32}", "*.assemblyai.com", "assemblyai", 30, false},
    {"deepgram", "API key", VENDOR_KEY_MODEL, "%h{40}", "*.deepgram.com", "deepgram", 30, false},
    {"azure", "model key of the old form", VENDOR_KEY_MODEL, "%h{32}", "*.azure.com *.microsoft.com", "azure ocp-apim cognitive", 30, false},
    {"aws", "secret key", VENDOR_KEY_CLOUD, "%b{40}", "*.amazonaws.com *.amazon.com *.aws.dev", "aws secret_access secretaccess secret-access secretkey secret_key", 42, false},
    {"cloudflare", "token of the old form", VENDOR_KEY_CLOUD, "%w{40}", "*.cloudflare.com", "cloudflare", 38, false},
    {"hetzner", "API token", VENDOR_KEY_CLOUD, "%a{64}", "*.hetzner.cloud *.hetzner.com", "hetzner hcloud", 45, false},
    {"magento", "integration token", VENDOR_KEY_SHOP, "%l{32}", "", "magento consumer_key consumer_secret consumersecret consumerkey oauth_token oauth_consumer access_token_secret integration_token", 34, false},
    {"magento", "repository key", VENDOR_KEY_SHOP, "%h{32}", "*.magento.com", "repo.magento.com magento", 30, false},
    {"algolia", "API key", VENDOR_KEY_SHOP, "%h{32}", "*.algolia.net *.algolianet.com *.algolia.com", "algolia", 30, false},
    {"twilio", "auth token", VENDOR_KEY_MESSAGE, "%h{32}", "*.twilio.com", "twilio", 30, false},
    {"datadog", "API key", VENDOR_KEY_SERVICE, "%h{32}", "*.datadoghq.com *.datadoghq.eu", "datadog dd_api dd-api", 30, false},
    {"datadog", "application key", VENDOR_KEY_SERVICE, "%h{40}", "*.datadoghq.com *.datadoghq.eu", "datadog dd_app dd-app", 30, false},
    {"zendesk", "API token", VENDOR_KEY_SERVICE, "%a{40}", "*.zendesk.com", "zendesk", 38, false},
    {"discord", "bot token", VENDOR_KEY_MESSAGE, "M%w{23,27}.%w{6}.%w{27,40}", "*.discord.com discord.com *.discordapp.com", "", 42, false},
    {"hashicorp", "terraform token", VENDOR_KEY_CLOUD, "%a{14}.atlasv1.%w{60,70}", "*.terraform.io *.hashicorp.com", "", 0, false},
    {"azure", "client secret", VENDOR_KEY_CLOUD, "%w{3}%dQ~%t{31,34}", "*.azure.com *.microsoft.com *.microsoftonline.com *.windows.net", "", 0, false},
    {"mailgun", "API key", VENDOR_KEY_MESSAGE, "%h{32}-%h{8}-%h{8}", "*.mailgun.net *.mailgun.org", "", 30, false},
    {"azure", "model key", VENDOR_KEY_MODEL, "%a{52}JQQJ9%a{27}", "*.azure.com *.microsoft.com *.windows.net", "", 0, false},
    {"mailchimp", "API key", VENDOR_KEY_MESSAGE, "%h{32}-us%d{1,2}", "*.mailchimp.com", "", 30, false},
    {"okta", "API token", VENDOR_KEY_SERVICE, "00%w{40}", "*.okta.com *.oktapreview.com", "okta ssws", 40, false},
    {"google", "refresh token", VENDOR_KEY_CLOUD, "1//0%w{40,120}", "*.googleapis.com *.google.com", "", 40, false},
    {"twitter", "bearer token", VENDOR_KEY_MESSAGE, "AAAAAAAAAAAAAAAAAAAAA%w{60,120}", "*.twitter.com *.x.com", "", 0, false},
    {"telegram", "bot token", VENDOR_KEY_MESSAGE, "AA%w{33}", "*.telegram.org", "telegram bot", 38, false},
    {"aws", "Bedrock key", VENDOR_KEY_MODEL, "ABSK%b{109,269}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 0, false},
    {"aws", "bearer token", VENDOR_KEY_CLOUD, "ABIA%2{16}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 25, false},
    {"aws", "context key", VENDOR_KEY_CLOUD, "ACCA%2{16}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 25, false},
    {"google", "API key", VENDOR_KEY_MODEL, "AIza%w{35}", "*.googleapis.com *.google.com", "", 30, false},
    {"aws", "access key", VENDOR_KEY_CLOUD, "AKIA%2{16}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 25, false},
    {"tencent", "secret id", VENDOR_KEY_CLOUD, "AKID%a{32}", "*.tencentcloudapi.com *.myqcloud.com", "", 35, false},
    {"jfrog", "API key", VENDOR_KEY_CODE, "AKCp%a{69}", "*.jfrog.io", "", 40, false},
    {"adyen", "API key", VENDOR_KEY_PAYMENT, "AQE%b{80,250}-%b{30,80}", "*.adyen.com *.adyenpayments.com", "", 45, false},
    {"aws", "temporary access key", VENDOR_KEY_CLOUD, "ASIA%2{16}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 25, false},
    {"atlassian", "API token", VENDOR_KEY_CODE, "ATATT3%w{180,250}=%H{8}", "*.atlassian.net *.atlassian.com *.bitbucket.org", "", 0, false},
    {"atlassian", "app password", VENDOR_KEY_CODE, "ATBB%a{32}", "*.bitbucket.org bitbucket.org", "", 35, false},
    {"contentful", "management token", VENDOR_KEY_SERVICE, "CFPAT-%w{43}", "*.contentful.com", "", 0, false},
    {"square", "access token", VENDOR_KEY_PAYMENT, "EAAA%w{60}", "*.squareup.com *.squareupsandbox.com *.square.com", "", 42, false},
    {"facebook", "access token", VENDOR_KEY_MESSAGE, "EAA%a{80,400}", "*.facebook.com *.instagram.com", "", 40, false},
    {"easypost", "API key", VENDOR_KEY_SERVICE, "EZAK%a{54}", "*.easypost.com", "", 0, false},
    {"easypost", "test key", VENDOR_KEY_SERVICE, "EZTK%a{54}", "*.easypost.com", "", 0, false},
    {"flutterwave", "test key", VENDOR_KEY_PAYMENT, "FLWSECK_TEST-%h{32}-X", "*.flutterwave.com", "", 0, false},
    {"flutterwave", "secret key", VENDOR_KEY_PAYMENT, "FLWSECK-%h{32}-X", "*.flutterwave.com", "", 0, false},
    {"aws", "session token", VENDOR_KEY_CLOUD, "FwoGZXIvYXdz%b{80,2000}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 0, false},
    {"google", "client secret", VENDOR_KEY_CLOUD, "GOCSPX-%w{28}", "*.googleapis.com *.google.com", "", 0, false},
    {"gitlab", "runner registration token", VENDOR_KEY_CODE, "GR1348941%w{20}", "*.gitlab.com gitlab.com", "", 30, false},
    {"heroku", "API key", VENDOR_KEY_CLOUD, "HRKU-AA%w{58}", "*.heroku.com", "", 0, false},
    {"aws", "session token", VENDOR_KEY_CLOUD, "IQoJb3JpZ2lu%b{80,2000}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 0, false},
    {"alibaba", "access key", VENDOR_KEY_CLOUD, "LTAI%a{17,30}", "*.aliyuncs.com *.alibabacloud.com", "", 30, false},
    {"newrelic", "user key", VENDOR_KEY_SERVICE, "NRAK-%u{27}", "*.newrelic.com", "", 0, false},
    {"newrelic", "insert key", VENDOR_KEY_SERVICE, "NRII-%w{32}", "*.newrelic.com", "", 35, false},
    {"postman", "API key", VENDOR_KEY_CODE, "PMAK-%h{24}-%h{34}", "*.postman.com *.getpostman.com", "", 0, false},
    {"scaleway", "access key", VENDOR_KEY_CLOUD, "SCW%u{17}", "*.scaleway.com", "", 30, false},
    {"sendgrid", "API key", VENDOR_KEY_MESSAGE, "SG.%w{22}.%w{43}", "*.sendgrid.com *.sendgrid.net", "", 0, false},
    {"twilio", "API key", VENDOR_KEY_MESSAGE, "SK%h{32}", "*.twilio.com", "", 30, false},
    {"braintree", "access token", VENDOR_KEY_PAYMENT, "access_token$production$%l{16}$^%h{32}", "*.paypal.com *.braintreegateway.com *.braintree-api.com *.paypal.cn", "", 0, false},
    {"braintree", "access token", VENDOR_KEY_PAYMENT, "access_token$sandbox$%l{16}$^%h{32}", "*.paypal.com *.braintreegateway.com *.braintree-api.com *.paypal.cn", "", 0, false},
    {"mollie", "organisation token", VENDOR_KEY_PAYMENT, "access_%a{30,40}", "*.mollie.com", "mollie", 39, false},
    {"amazon", "client secret", VENDOR_KEY_SHOP, "amzn1.oa2-cs.v1.%h{64}", "*.amazon.com *.amazonservices.com *.amazon.de *.amazonservices.de *.amazonservices.co.uk", "", 0, false},
    {"amazon", "marketplace token", VENDOR_KEY_SHOP, "amzn.mws.%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.amazon.com *.amazonservices.com *.amazon.de *.amazonservices.de *.amazonservices.co.uk", "", 0, false},
    {"huggingface", "organisation token", VENDOR_KEY_MODEL, "api_org_%a{34}", "*.huggingface.co huggingface.co *.hf.space", "", 0, false},
    {"launchdarkly", "API key", VENDOR_KEY_SERVICE, "api-%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.launchdarkly.com", "", 0, false},
    {"aws", "temporary Bedrock key", VENDOR_KEY_MODEL, "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t%b{20,2000}", "*.amazonaws.com *.amazon.com *.aws.dev", "", 0, false},
    {"cloudflare", "user token", VENDOR_KEY_CLOUD, "cfut_%w{40,64}", "*.cloudflare.com", "", 38, false},
    {"cloudflare", "account token", VENDOR_KEY_CLOUD, "cfat_%w{40,64}", "*.cloudflare.com", "", 38, false},
    {"cloudflare", "key", VENDOR_KEY_CLOUD, "cfk_%w{40,64}", "*.cloudflare.com", "", 38, false},
    {"crates", "token", VENDOR_KEY_CODE, "cio%a{32}", "crates.io *.crates.io", "", 40, false},
    {"woocommerce", "consumer key", VENDOR_KEY_SHOP, "ck_%h{40}", "", "", 30, false},
    {"cerebras", "API key", VENDOR_KEY_MODEL, "csk-%l{48}", "*.cerebras.ai", "", 0, false},
    {"woocommerce", "consumer secret", VENDOR_KEY_SHOP, "cs_%h{40}", "", "", 30, false},
    {"databricks", "access token", VENDOR_KEY_CLOUD, "dapi%h{32}-%d", "*.databricks.com *.azuredatabricks.net", "", 30, false},
    {"databricks", "access token", VENDOR_KEY_CLOUD, "dapi%h{32}", "*.databricks.com *.azuredatabricks.net", "", 30, false},
    {"docker", "access token", VENDOR_KEY_CODE, "dckr_pat_%w{27}", "*.docker.com *.docker.io", "", 0, false},
    {"docker", "organisation token", VENDOR_KEY_CODE, "dckr_oat_%w{32}", "*.docker.com *.docker.io", "", 0, false},
    {"discord", "webhook", VENDOR_KEY_MESSAGE, "discord.com/api/webhooks/%d{17,20}/^%w{60,80}", "*.discord.com discord.com *.discordapp.com", "", 35, false},
    {"digitalocean", "token", VENDOR_KEY_CLOUD, "dop_v1_%h{64}", "*.digitalocean.com", "", 0, false},
    {"digitalocean", "token", VENDOR_KEY_CLOUD, "doo_v1_%h{64}", "*.digitalocean.com", "", 0, false},
    {"digitalocean", "token", VENDOR_KEY_CLOUD, "dor_v1_%h{64}", "*.digitalocean.com", "", 0, false},
    {"doppler", "token", VENDOR_KEY_SERVICE, "dp.pt.%a{40,44}", "*.doppler.com", "", 0, false},
    {"dynatrace", "API token", VENDOR_KEY_SERVICE, "dt0c01.%u{24}.%u{64}", "*.dynatrace.com", "", 0, false},
    {"figma", "personal token", VENDOR_KEY_SERVICE, "figd_%w{40}", "*.figma.com", "", 38, false},
    {"fly", "token", VENDOR_KEY_CLOUD, "fo1_%w{43}", "*.fly.io *.fly.dev", "", 0, false},
    {"fireworks", "API key", VENDOR_KEY_MODEL, "fw_%a{22,32}", "*.fireworks.ai", "", 35, false},
    {"github", "personal token", VENDOR_KEY_CODE, "ghp_%a{36}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io", "", 30, true},
    {"github", "OAuth token", VENDOR_KEY_CODE, "gho_%a{36}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io", "", 30, true},
    {"github", "user token", VENDOR_KEY_CODE, "ghu_%a{36}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io", "", 30, true},
    {"github", "installation token", VENDOR_KEY_CODE, "ghs_%a{36}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io", "", 30, true},
    {"github", "refresh token", VENDOR_KEY_CODE, "ghr_%a{36}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io", "", 30, true},
    {"github", "fine-grained token", VENDOR_KEY_CODE, "github_pat_%a{22}_%a{59}", "*.github.com github.com *.githubusercontent.com *.ghcr.io ghcr.io", "", 30, false},
    {"gitlab", "agent token", VENDOR_KEY_CODE, "glagent-%w{20,64}", "*.gitlab.com gitlab.com", "", 30, false},
    {"gitlab", "SCIM token", VENDOR_KEY_CODE, "glsoat-%w{20,64}", "*.gitlab.com gitlab.com", "", 30, false},
    {"gitlab", "personal token, routable", VENDOR_KEY_CODE, "glpat-%w{27,300}.%l{2}.%l{9}", "*.gitlab.com gitlab.com", "", 30, false},
    {"gitlab", "personal token", VENDOR_KEY_CODE, "glpat-%w{20,64}", "*.gitlab.com gitlab.com", "", 30, false},
    {"gitlab", "trigger token", VENDOR_KEY_CODE, "glptt-%w{20,64}", "*.gitlab.com gitlab.com", "", 30, false},
    {"gitlab", "application secret", VENDOR_KEY_CODE, "gloas-%w{20,64}", "*.gitlab.com gitlab.com", "", 30, false},
    {"grafana", "service account token", VENDOR_KEY_SERVICE, "glsa_%a{32}_%H{8}", "*.grafana.net *.grafana.com", "", 0, false},
    {"gitlab", "deploy token", VENDOR_KEY_CODE, "gldt-%w{20,64}", "*.gitlab.com gitlab.com", "", 30, false},
    {"gitlab", "runner token", VENDOR_KEY_CODE, "glrt-%w{20,64}", "*.gitlab.com gitlab.com", "", 30, false},
    {"gitlab", "feed token", VENDOR_KEY_CODE, "glft-%w{20,64}", "*.gitlab.com gitlab.com", "", 30, false},
    {"grafana", "cloud token", VENDOR_KEY_SERVICE, "glc_%b{32,400}", "*.grafana.net *.grafana.com", "", 38, false},
    {"groq", "API key", VENDOR_KEY_MODEL, "gsk_%a{52}", "*.groq.com", "", 0, false},
    {"huggingface", "access token", VENDOR_KEY_MODEL, "hf_%a{34,40}", "*.huggingface.co huggingface.co *.hf.space", "", 35, false},
    {"slack", "workflow webhook", VENDOR_KEY_MESSAGE, "hooks.slack.com/workflows/T%u{8,12}/A%u{8,12}/%d{15,20}/^%a{20,26}", "*.slack.com slack.com", "", 25, false},
    {"slack", "webhook", VENDOR_KEY_MESSAGE, "hooks.slack.com/services/T%u{8,12}/B%u{8,12}/^%a{20,26}", "*.slack.com slack.com", "", 25, false},
    {"hashicorp", "vault batch token", VENDOR_KEY_CLOUD, "hvb.%w{100,400}", "", "", 38, false},
    {"hashicorp", "vault token", VENDOR_KEY_CLOUD, "hvs.%w{24,200}", "", "", 38, false},
    {"jina", "API key", VENDOR_KEY_MODEL, "jina_%w{60}", "*.jina.ai", "", 0, false},
    {"mailgun", "private key", VENDOR_KEY_MESSAGE, "key-%h{32}", "*.mailgun.net *.mailgun.org", "", 30, false},
    {"klarna", "API key", VENDOR_KEY_PAYMENT, "klarna_live_api_%w{20,200}", "*.klarna.com", "", 35, false},
    {"klarna", "API key", VENDOR_KEY_PAYMENT, "klarna_test_api_%w{20,200}", "*.klarna.com", "", 35, false},
    {"linear", "API key", VENDOR_KEY_SERVICE, "lin_api_%a{40}", "*.linear.app", "", 0, false},
    {"gocardless", "access token", VENDOR_KEY_PAYMENT, "live_%w{40}", "*.gocardless.com", "gocardless", 38, false},
    {"mollie", "API key", VENDOR_KEY_PAYMENT, "live_%a{30,40}", "*.mollie.com", "", 39, false},
    {"langsmith", "API key", VENDOR_KEY_MODEL, "lsv2_pt_%h{32}_%h{10}", "*.langchain.com", "", 0, false},
    {"langsmith", "API key", VENDOR_KEY_MODEL, "lsv2_sk_%h{32}_%h{10}", "*.langchain.com", "", 0, false},
    {"mailchimp", "Mandrill key", VENDOR_KEY_MESSAGE, "md-%w{22}", "*.mandrillapp.com", "mandrill", 38, false},
    {"netlify", "access token", VENDOR_KEY_CLOUD, "nfp_%a{36}", "*.netlify.com", "", 0, false},
    {"npm", "access token", VENDOR_KEY_CODE, "npm_%a{36}", "*.npmjs.org *.npmjs.com", "", 30, true},
    {"notion", "integration token", VENDOR_KEY_SERVICE, "ntn_%a{40,50}", "*.notion.com *.notion.so", "", 0, false},
    {"nvidia", "API key", VENDOR_KEY_MODEL, "nvapi-%w{60,70}", "*.nvidia.com", "", 38, false},
    {"1password", "service account token", VENDOR_KEY_SERVICE, "ops_eyJ%b{250,2000}", "*.1password.com", "", 0, false},
    {"nuget", "API key", VENDOR_KEY_CODE, "oy2%l{43}", "*.nuget.org", "", 35, false},
    {"adobe", "client secret", VENDOR_KEY_SHOP, "p8e-%w{32}", "*.adobe.com *.adobe.io", "", 35, false},
    {"packagist", "composer token", VENDOR_KEY_CODE, "packagist_%a{3}_%h{68}", "*.packagist.com", "", 0, false},
    {"hubspot", "private app token", VENDOR_KEY_SERVICE, "pat-eu1-%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.hubapi.com *.hubspot.com", "", 0, false},
    {"hubspot", "private app token", VENDOR_KEY_SERVICE, "pat-na1-%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.hubapi.com *.hubspot.com", "", 0, false},
    {"airtable", "personal token", VENDOR_KEY_SERVICE, "pat%a{14}.%h{64}", "*.airtable.com", "", 0, false},
    {"voyage", "API key", VENDOR_KEY_MODEL, "pa-%w{43}", "*.voyageai.com", "", 40, false},
    {"pinecone", "API key", VENDOR_KEY_MODEL, "pcsk_%a{5,6}_%a{60,66}", "*.pinecone.io", "", 0, false},
    {"klaviyo", "private key", VENDOR_KEY_SHOP, "pk_%h{34}", "*.klaviyo.com", "", 30, false},
    {"perplexity", "API key", VENDOR_KEY_MODEL, "pplx-%a{48,56}", "*.perplexity.ai", "", 0, false},
    {"planetscale", "token", VENDOR_KEY_CLOUD, "pscale_tkn_%w{32,64}", "*.planetscale.com", "", 38, false},
    {"pulumi", "access token", VENDOR_KEY_CLOUD, "pul-%h{40}", "*.pulumi.com", "", 0, false},
    {"pypi", "upload token", VENDOR_KEY_CODE, "pypi-AgEIcHlwaS5vcmc%w{50,1000}", "*.pypi.org pypi.org", "", 0, false},
    {"replicate", "API token", VENDOR_KEY_MODEL, "r8_%w{37}", "*.replicate.com", "", 35, false},
    {"stripe", "restricted key", VENDOR_KEY_PAYMENT, "rk_live_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, false},
    {"stripe", "restricted test key", VENDOR_KEY_PAYMENT, "rk_test_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, false},
    {"stripe", "restricted key", VENDOR_KEY_PAYMENT, "rk_prod_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, false},
    {"render", "API key", VENDOR_KEY_CLOUD, "rnd_%a{28,36}", "*.render.com", "", 38, false},
    {"rubygems", "API key", VENDOR_KEY_CODE, "rubygems_%h{48}", "rubygems.org *.rubygems.org", "", 0, false},
    {"razorpay", "key id", VENDOR_KEY_PAYMENT, "rzp_live_%a{14}", "*.razorpay.com", "", 30, false},
    {"razorpay", "key id", VENDOR_KEY_PAYMENT, "rzp_test_%a{14}", "*.razorpay.com", "", 30, false},
    {"supabase", "secret key", VENDOR_KEY_CLOUD, "sb_secret_%w{22}_%w{8}", "*.supabase.com *.supabase.co", "", 0, false},
    {"supabase", "access token", VENDOR_KEY_CLOUD, "sbp_%h{40}", "*.supabase.com *.supabase.co", "", 0, false},
    {"launchdarkly", "SDK key", VENDOR_KEY_SERVICE, "sdk-%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.launchdarkly.com", "", 0, false},
    {"notion", "integration token of the old form", VENDOR_KEY_SERVICE, "secret_%a{43}", "*.notion.com *.notion.so", "", 38, false},
    {"shippo", "live token", VENDOR_KEY_SERVICE, "shippo_live_%h{40}", "*.goshippo.com", "", 0, false},
    {"shippo", "test token", VENDOR_KEY_SERVICE, "shippo_test_%h{40}", "*.goshippo.com", "", 0, false},
    {"shopify", "theme password", VENDOR_KEY_SHOP, "shptka_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, false},
    {"shopify", "access token", VENDOR_KEY_SHOP, "shpat_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, false},
    {"shopify", "custom app token", VENDOR_KEY_SHOP, "shpca_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, false},
    {"shopify", "private app password", VENDOR_KEY_SHOP, "shppa_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, false},
    {"shopify", "shared secret", VENDOR_KEY_SHOP, "shpss_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, false},
    {"shopify", "user token", VENDOR_KEY_SHOP, "shpua_%H{32}", "*.myshopify.com *.shopify.com *.shopifycloud.com", "", 25, false},
    {"anthropic", "admin key", VENDOR_KEY_MODEL, "sk-ant-admin01-%w{93}AA", "*.anthropic.com *.claude.ai", "", 0, false},
    {"anthropic", "access token", VENDOR_KEY_MODEL, "sk-ant-oat01-%w{60,200}", "*.anthropic.com *.claude.ai", "", 40, false},
    {"anthropic", "API key", VENDOR_KEY_MODEL, "sk-ant-api03-%w{93}AA", "*.anthropic.com *.claude.ai", "", 0, false},
    {"openai", "service account key", VENDOR_KEY_MODEL, "sk-svcacct-%w{20,120}T3BlbkFJ%w{20,120}", "*.openai.com", "", 0, false},
    {"openai", "service account key, of another length", VENDOR_KEY_MODEL, "sk-svcacct-%w{40,200}", "*.openai.com", "", 40, false},
    {"openai", "admin key", VENDOR_KEY_MODEL, "sk-admin-%w{20,120}T3BlbkFJ%w{20,120}", "*.openai.com", "", 0, false},
    {"openai", "admin key, of another length", VENDOR_KEY_MODEL, "sk-admin-%w{40,200}", "*.openai.com", "", 40, false},
    {"openrouter", "API key", VENDOR_KEY_MODEL, "sk-or-v1-%h{64}", "openrouter.ai *.openrouter.ai", "", 0, false},
    {"paystack", "secret key", VENDOR_KEY_PAYMENT, "sk_live_%h{40}", "*.paystack.co", "paystack", 30, false},
    {"openai", "project key", VENDOR_KEY_MODEL, "sk-proj-%w{20,120}T3BlbkFJ%w{20,120}", "*.openai.com", "", 0, false},
    {"openai", "user key", VENDOR_KEY_MODEL, "sk-None-%w{20,120}T3BlbkFJ%w{20,120}", "*.openai.com", "", 0, false},
    {"openai", "project key, of another length", VENDOR_KEY_MODEL, "sk-proj-%w{40,200}", "*.openai.com", "", 40, false},
    {"openai", "user key, of another length", VENDOR_KEY_MODEL, "sk-None-%w{40,200}", "*.openai.com", "", 40, false},
    {"stripe", "secret key", VENDOR_KEY_PAYMENT, "sk_live_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, false},
    {"stripe", "test key", VENDOR_KEY_PAYMENT, "sk_test_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, false},
    {"stripe", "secret key", VENDOR_KEY_PAYMENT, "sk_prod_%a{10,247}", "*.stripe.com *.stripe.network", "", 28, false},
    {"anthropic", "key of another length", VENDOR_KEY_MODEL, "sk-ant-%w{36,140}", "*.anthropic.com *.claude.ai", "", 40, false},
    {"langfuse", "secret key", VENDOR_KEY_MODEL, "sk-lf-%h{8}-%h{4}-%h{4}-%h{4}-%h{12}", "*.langfuse.com", "", 0, false},
    {"mapbox", "secret token", VENDOR_KEY_SERVICE, "sk.eyJ%w{50,200}.%w{22}", "*.mapbox.com", "", 0, false},
    {"deepseek", "API key", VENDOR_KEY_MODEL, "sk-%h{32}", "*.deepseek.com", "deepseek", 30, false},
    {"alibaba", "model key", VENDOR_KEY_MODEL, "sk-%l{32}", "*.aliyuncs.com", "dashscope qwen alibaba bailian", 30, false},
    {"stability", "API key", VENDOR_KEY_MODEL, "sk-%a{48}", "*.stability.ai", "stability", 38, false},
    {"openai", "user key", VENDOR_KEY_MODEL, "sk-%a{20}T3BlbkFJ%a{20}", "*.openai.com", "", 0, false},
    {"openai", "key of the old form", VENDOR_KEY_MODEL, "sk-%a{48}", "*.openai.com *.stability.ai", "", 38, false},
    {"elevenlabs", "API key", VENDOR_KEY_MODEL, "sk_%h{48}", "*.elevenlabs.io", "", 0, false},
    {"sentry", "organisation token", VENDOR_KEY_SERVICE, "sntrys_eyJ%b{80,400}_%b{43}", "*.sentry.io sentry.io", "", 0, false},
    {"sentry", "user token", VENDOR_KEY_SERVICE, "sntryu_%h{64}", "*.sentry.io sentry.io", "", 0, false},
    {"square", "access token", VENDOR_KEY_PAYMENT, "sq0atp-%w{22}", "*.squareup.com *.squareupsandbox.com *.square.com", "", 0, false},
    {"square", "client secret", VENDOR_KEY_PAYMENT, "sq0csp-%w{43}", "*.squareup.com *.squareupsandbox.com *.square.com", "", 0, false},
    {"sonar", "token", VENDOR_KEY_CODE, "sqp_%h{40}", "*.sonarcloud.io sonarcloud.io", "", 0, false},
    {"sonar", "token", VENDOR_KEY_CODE, "squ_%h{40}", "*.sonarcloud.io sonarcloud.io", "", 0, false},
    {"sonar", "token", VENDOR_KEY_CODE, "sqa_%h{40}", "*.sonarcloud.io sonarcloud.io", "", 0, false},
    {"sumup", "secret key", VENDOR_KEY_PAYMENT, "sup_sk_%a{32}", "*.sumup.com", "", 0, false},
    {"gocardless", "access token", VENDOR_KEY_PAYMENT, "test_%w{40}", "*.gocardless.com", "gocardless", 38, false},
    {"mollie", "API key", VENDOR_KEY_PAYMENT, "test_%a{30,40}", "*.mollie.com", "", 39, false},
    {"typeform", "personal token", VENDOR_KEY_SERVICE, "tfp_%t{40,60}", "*.typeform.com", "", 35, false},
    {"together", "key of the new form", VENDOR_KEY_MODEL, "tgp_v1_%w{43}", "*.together.xyz *.together.ai", "", 0, false},
    {"tavily", "API key", VENDOR_KEY_MODEL, "tvly-%w{20,50}", "*.tavily.com", "", 35, false},
    {"cloudflare", "origin CA key", VENDOR_KEY_CLOUD, "v1.0-%h{24}-%h{146}", "*.cloudflare.com", "", 0, false},
    {"stripe", "webhook secret", VENDOR_KEY_PAYMENT, "whsec_%b{32,64}", "", "", 38, false},
    {"xai", "management key", VENDOR_KEY_MODEL, "xai-token-%_{80}", "*.x.ai", "", 0, false},
    {"slack", "app-level token", VENDOR_KEY_MESSAGE, "xapp-%d-%u{8,14}-%d{10,14}-%h{64}", "*.slack.com slack.com", "", 0, false},
    {"xai", "API key", VENDOR_KEY_MODEL, "xai-%_{80}", "*.x.ai", "", 0, false},
    {"brevo", "API key", VENDOR_KEY_MESSAGE, "xkeysib-%h{64}-%a{16}", "*.brevo.com *.sendinblue.com", "", 0, false},
    {"slack", "configuration token", VENDOR_KEY_MESSAGE, "xoxe.xox%a-%d-%a{140,200}", "*.slack.com slack.com", "", 0, false},
    {"slack", "bot token", VENDOR_KEY_MESSAGE, "xoxb-%w{20,250}", "*.slack.com slack.com", "", 26, false},
    {"slack", "user token", VENDOR_KEY_MESSAGE, "xoxp-%w{20,250}", "*.slack.com slack.com", "", 26, false},
    {"slack", "app token", VENDOR_KEY_MESSAGE, "xoxa-%w{20,250}", "*.slack.com slack.com", "", 26, false},
    {"slack", "refresh token", VENDOR_KEY_MESSAGE, "xoxr-%w{20,250}", "*.slack.com slack.com", "", 26, false},
    {"slack", "session token", VENDOR_KEY_MESSAGE, "xoxs-%w{20,250}", "*.slack.com slack.com", "", 26, false},
    {"slack", "refresh token", VENDOR_KEY_MESSAGE, "xoxe-%w{20,250}", "*.slack.com slack.com", "", 26, false},
    {"slack", "old token", VENDOR_KEY_MESSAGE, "xoxo-%w{20,250}", "*.slack.com slack.com", "", 26, false},
    {"brevo", "SMTP key", VENDOR_KEY_MESSAGE, "xsmtpsib-%h{64}-%a{16}", "*.brevo.com *.sendinblue.com", "", 0, false},
    {"google", "access token", VENDOR_KEY_CLOUD, "ya29.%w{30,2000}", "*.googleapis.com *.google.com", "", 35, false},
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

static int compare_lead(const struct vendor_key *key, const char *lead)
{
    bool led = key->form[0] != '%' && key->form[1] != '%';
    return led ? memcmp(key->form, lead, TABLE_LEAD) : -1;
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
