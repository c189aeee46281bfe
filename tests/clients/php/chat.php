<?php
// SPDX-License-Identifier: Apache-2.0
// What a shop's extension does, unchanged: it names the vendor, and holds a key of its own.
//   php chat.php curl|stream|guzzle whole|events [URL]
const PATIENCE = 180; // seconds; only ever reached when a test fails
[$_, $with, $how] = $argv;
$url = $argv[3] ?? 'https://api.openai.com/v1/chat/completions';
$key = 'sk-vendor-secret';
$call = json_encode([
    'model' => 'gpt-4o',
    'messages' => [['role' => 'user', 'content' => 'hi']],
    'stream' => $how === 'events',
]);
$fields = ['Content-Type: application/json', "Authorization: Bearer $key"];

function show(int $status, string $body): void
{
    echo json_encode(['status' => $status, 'body' => $body]), "\n";
}

function with_curl(string $url, string $call, array $fields): void
{
    $body = '';
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_POSTFIELDS => $call,
        CURLOPT_HTTPHEADER => $fields,
        CURLOPT_TIMEOUT => PATIENCE,
        CURLOPT_WRITEFUNCTION => function ($_, $part) use (&$body) {
            $body .= $part;
            return strlen($part);
        },
    ]);
    $done = curl_exec($curl);
    if ($done === false) {
        echo json_encode([
            'errno' => curl_errno($curl),
            'error' => curl_error($curl),
            'connect' => curl_getinfo($curl, CURLINFO_HTTP_CONNECTCODE),
        ]), "\n";
        return;
    }
    show(curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $body);
}

// The stream wrapper knows no proxy variables: its context says where the proxy is.
function with_stream(string $url, string $call, array $fields): void
{
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => $fields,
        'content' => $call,
        'proxy' => 'tcp://' . getenv('EXEAT_PROXY'),
        'ignore_errors' => true,
        'timeout' => PATIENCE,
    ]]);
    $stream = @fopen($url, 'r', false, $context);
    if ($stream === false) {
        echo json_encode(['error' => error_get_last()['message']]), "\n";
        return;
    }
    $body = '';
    while (!feof($stream)) {
        $body .= fread($stream, 8192);
    }
    $head = stream_get_meta_data($stream)['wrapper_data'];
    $last = array_values(array_filter($head, fn ($line) => str_starts_with($line, 'HTTP/')));
    show((int) explode(' ', end($last))[1], $body);
}

function with_guzzle(string $url, string $call, array $fields): void
{
    require 'GuzzleHttp/autoload.php';
    $client = new GuzzleHttp\Client(['timeout' => PATIENCE, 'http_errors' => false]);
    $headers = [];
    foreach ($fields as $field) {
        [$name, $value] = explode(': ', $field, 2);
        $headers[$name] = $value;
    }
    try {
        $reply = $client->post($url, ['headers' => $headers, 'body' => $call, 'stream' => $GLOBALS['how'] === 'events']);
    } catch (GuzzleHttp\Exception\TransferException $failure) {
        echo json_encode(['error' => $failure->getMessage()]), "\n";
        return;
    }
    $body = '';
    while (!$reply->getBody()->eof()) {
        $body .= $reply->getBody()->read(8192);
    }
    show($reply->getStatusCode(), $body);
}

['curl' => 'with_curl', 'stream' => 'with_stream', 'guzzle' => 'with_guzzle'][$with]($url, $call, $fields);
