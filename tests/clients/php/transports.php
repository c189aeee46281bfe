<?php
// SPDX-License-Identifier: Apache-2.0
// How PHP code of shops gets an answer: each way as its users write it, told where the proxy is and nothing else. A way is a
// function of (URL, body or null for GET, fields, what takes each piece) that gives [status, fields of the reply in lower case].
// A failure is an exception, as its library throws it.

const PATIENCE = 180; // seconds; only ever reached when a test fails

// The proxy, and as whom it is asked.
function proxy_of(?string $user): string
{
    return ($user === null ? '' : "$user:secret@") . getenv('EXEAT_PROXY');
}

function lower_fields(array $lines): array
{
    $fields = [];
    foreach ($lines as $line) {
        if (str_starts_with($line, 'HTTP/')) {
            $fields = []; // the head of a CONNECT came before
        } elseif (str_contains($line, ':')) {
            [$name, $value] = explode(':', $line, 2);
            $fields[strtolower($name)] = trim($value);
        }
    }
    return $fields;
}

// ext-curl with a function for what comes, as raw scripts and orhanerday/open-ai stream.
function by_curl(string $url, ?string $body, array $fields, callable $take, ?string $user = null): array
{
    $head = [];
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_PROXY => 'http://' . proxy_of($user),
        CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_1,
        CURLOPT_ENCODING => '',
        CURLOPT_HTTPHEADER => $fields,
        CURLOPT_TIMEOUT => PATIENCE,
        CURLOPT_HEADERFUNCTION => function ($_, $line) use (&$head) {
            $head[] = rtrim($line);
            return strlen($line);
        },
        CURLOPT_WRITEFUNCTION => function ($_, $piece) use ($take) {
            $take($piece);
            return strlen($piece);
        },
    ] + ($body === null ? [] : [CURLOPT_CUSTOMREQUEST => 'POST', CURLOPT_POSTFIELDS => $body]));
    if (curl_exec($curl) === false) {
        throw new RuntimeException('curl ' . curl_errno($curl) . ': ' . curl_error($curl));
    }
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), lower_fields($head)];
}

// PHP's own stream wrapper, read as it comes.
function by_stream(string $url, ?string $body, array $fields, callable $take, ?string $user = null): array
{
    if ($user !== null) {
        $fields[] = 'Proxy-Authorization: Basic ' . base64_encode("$user:secret");
    }
    $context = stream_context_create(['http' => [
        'method' => $body === null ? 'GET' : 'POST',
        'header' => $fields,
        'content' => $body ?? '',
        'proxy' => 'tcp://' . getenv('EXEAT_PROXY'),
        'ignore_errors' => true,
        'timeout' => PATIENCE,
    ]]);
    $stream = @fopen($url, 'r', false, $context);
    if ($stream === false) {
        throw new RuntimeException(error_get_last()['message']);
    }
    while (!feof($stream)) {
        $take((string) @fread($stream, 8192));
    }
    $lines = stream_get_meta_data($stream)['wrapper_data'];
    $heads = array_values(array_filter($lines, fn ($line) => str_starts_with($line, 'HTTP/')));
    return [(int) explode(' ', end($heads))[1], lower_fields($lines)];
}

function pairs_of(array $fields): array
{
    $pairs = [];
    foreach ($fields as $field) {
        [$name, $value] = explode(': ', $field, 2);
        $pairs[$name] = $value;
    }
    return $pairs;
}

// Guzzle, as PSR-18 clients of openai-php, google-gemini-php and mozex/anthropic-php use it: a stream is read byte by byte.
function by_guzzle(string $url, ?string $body, array $fields, callable $take, ?string $user = null): array
{
    require_once 'GuzzleHttp/autoload.php';
    $client = new GuzzleHttp\Client(['timeout' => PATIENCE, 'http_errors' => false, 'proxy' => 'http://' . proxy_of($user)]);
    $reply = $client->request($body === null ? 'GET' : 'POST', $url, array_filter(['headers' => pairs_of($fields), 'body' => $body, 'stream' => true]));
    while (!$reply->getBody()->eof()) {
        $take($reply->getBody()->read(512));
    }
    return [$reply->getStatusCode(), array_map(fn ($values) => $values[0], array_change_key_case($reply->getHeaders()))];
}

// Symfony's client, which offers HTTP/2 and gives what comes in chunks.
function by_symfony(string $url, ?string $body, array $fields, callable $take, ?string $user = null): array
{
    require_once 'Symfony/Component/HttpClient/autoload.php';
    $client = Symfony\Component\HttpClient\HttpClient::create(['timeout' => PATIENCE, 'proxy' => 'http://' . proxy_of($user)]);
    $reply = $client->request($body === null ? 'GET' : 'POST', $url, array_filter(['headers' => $fields, 'body' => $body, 'buffer' => false]));
    $status = $reply->getStatusCode(); // who has asked for it is not thrown at for it
    foreach ($client->stream($reply) as $chunk) {
        $take($chunk->getContent());
    }
    return [$status, array_map(fn ($values) => $values[0], $reply->getHeaders(false))];
}

// Symfony's client behind PSR-18, with nyholm/psr7: whole answers alone.
function by_psr18(string $url, ?string $body, array $fields, callable $take, ?string $user = null): array
{
    require_once 'Symfony/Component/HttpClient/autoload.php';
    require_once 'Nyholm/Psr7/autoload.php';
    $factory = new Nyholm\Psr7\Factory\Psr17Factory();
    $http = Symfony\Component\HttpClient\HttpClient::create(['timeout' => PATIENCE, 'proxy' => 'http://' . proxy_of($user)]);
    $client = new Symfony\Component\HttpClient\Psr18Client($http, $factory, $factory);
    $request = $factory->createRequest($body === null ? 'GET' : 'POST', $url);
    foreach (pairs_of($fields) as $name => $value) {
        $request = $request->withHeader($name, $value);
    }
    $reply = $client->sendRequest($body === null ? $request : $request->withBody($factory->createStream($body)));
    $take((string) $reply->getBody());
    return [$reply->getStatusCode(), array_map(fn ($values) => $values[0], array_change_key_case($reply->getHeaders()))];
}

// What Magento\Framework\HTTP\Client\Curl does, imitated: the status is that of the first line of a head that comes, which is the
// CONNECT's, and fields are told apart by ": " alone.
function by_magento(string $url, ?string $body, array $fields, callable $take, ?string $user = null): array
{
    $status = 0;
    $found = [];
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_PROXY => 'http://' . proxy_of($user),
        CURLOPT_HTTPHEADER => $fields,
        CURLOPT_RETURNTRANSFER => 1,
        CURLOPT_TIMEOUT => 300,
        CURLOPT_HEADERFUNCTION => function ($_, $line) use (&$status, &$found) {
            if ($status === 0) {
                $words = explode(' ', trim($line), 3);
                if (count($words) < 2) {
                    throw new Exception("Invalid response line returned from server: $line");
                }
                $status = (int) $words[1];
            } else {
                $parts = explode(': ', $line, 2);
                if (!empty($parts[0]) && !empty($parts[1])) {
                    $found[strtolower($parts[0])] = trim($parts[1]);
                }
            }
            return strlen($line);
        },
    ] + ($body === null ? [] : [CURLOPT_POST => 1, CURLOPT_POSTFIELDS => $body]));
    $answer = curl_exec($curl);
    if (curl_errno($curl) !== 0) {
        throw new Exception(curl_error($curl));
    }
    $take($answer);
    return [$status, $found];
}
