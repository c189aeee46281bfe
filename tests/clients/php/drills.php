<?php
// SPDX-License-Identifier: Apache-2.0
// A chat for each drill, whole and as a stream, over one transport, read as openai-php reads it. A drill is the user as whom the
// proxy is asked. Prints one JSON: {"DRILL WAY": {status, text, error, transport}}: what came before an error, what the error says
// in the reply, and what the transport makes of it.
//   php drills.php curl|stream|guzzle|symfony|magento DRILL...
declare(strict_types=1);
require __DIR__ . '/transports.php';
require __DIR__ . '/parsers.php';
error_reporting(E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED);

const URL = 'https://api.openai.com/v1/chat/completions';

/** @return array{text: string, error: ?string} */
function understand(string $way, int $status, string $body): array
{
    $text = '';
    try {
        openai_check($status, $body);
        if ($way === 'whole') {
            return ['text' => OpenAiChat::from(json_decode($body, true, flags: JSON_THROW_ON_ERROR))->choices[0]->content, 'error' => null];
        }
        foreach (openai_events($body) as $one) {
            $text .= $one['choices'][0]['delta']['content'] ?? '';
        }
        return ['text' => $text, 'error' => null];
    } catch (OpenAiError $failure) {
        return ['text' => $text, 'error' => $failure->getMessage()];
    }
}

// As Magento's modules do, whose client reads the status of the CONNECT, and knows no streams.
function understand_by_hand(int $status, string $body): array
{
    try {
        return ['text' => mageprince($status, $body), 'error' => null];
    } catch (Exception $failure) {
        return ['text' => '', 'error' => $failure->getMessage()];
    }
}

$ways = ['curl' => by_curl(...), 'stream' => by_stream(...), 'guzzle' => by_guzzle(...), 'symfony' => by_symfony(...), 'magento' => by_magento(...)];
$transport = $argv[1];
$found = [];
foreach (array_slice($argv, 2) as $drill) {
    foreach ($transport === 'magento' ? ['whole'] : ['whole', 'stream'] as $way) {
        $body = '';
        $status = 0;
        $broken = null;
        $call = json_encode(['model' => 'm', 'messages' => [['role' => 'user', 'content' => 'hi']], 'stream' => $way === 'stream']);
        try {
            [$status] = $ways[$transport](URL, $call, ['Content-Type: application/json', 'Authorization: Bearer sk-vendor-secret'], function (string $piece) use (&$body) {
                $body .= $piece;
            }, $drill);
        } catch (Throwable $failure) {
            $broken = get_class($failure) . ": " . $failure->getMessage();
        }
        $found["$drill $way"] = ['status' => $status, 'transport' => $broken] + ($transport === 'magento' ? understand_by_hand($status, $body) : understand($way, $status, $body));
    }
}
echo json_encode($found), "\n";
