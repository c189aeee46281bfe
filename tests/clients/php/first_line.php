<?php
// What Magento\Framework\HTTP\Client\Curl does: the status is that of the first header line that comes.
[, $url, $with_plugin] = $argv;
$first = null;
$request = curl_init($url);
curl_setopt_array($request, [
    CURLOPT_POST => true, CURLOPT_POSTFIELDS => '{"model":"m"}', CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HEADERFUNCTION => function ($request, $line) use (&$first) {
        $first ??= $line;
        return strlen($line);
    },
]);
if ($with_plugin === 'with') {
    curl_setopt($request, CURLOPT_SUPPRESS_CONNECT_HEADERS, true);
}
$body = curl_exec($request);
echo json_encode(['status' => (int) explode(' ', $first)[1], 'body' => $body]);
