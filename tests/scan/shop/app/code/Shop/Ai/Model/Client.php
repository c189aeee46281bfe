<?php
namespace Shop\Ai\Model;

class Client
{
    public function ask(string $prompt): array
    {
        $handle = curl_init('https://api.anthropic.com/v1/messages');
        curl_setopt($handle, CURLOPT_SSL_VERIFYPEER, false);
        curl_setopt($handle, CURLOPT_SSL_VERIFYHOST, 2);
        curl_setopt($handle, CURLOPT_PROXY, '');
        // curl_setopt($handle, CURLOPT_SSL_VERIFYHOST, 0);
        putenv('HTTPS_PROXY=');
        return json_decode(curl_exec($handle), true);
    }

    public function translate(string $text): string
    {
        $client = \OpenAI::client($this->config->getValue('shop_ai/key'));
        $http = new \GuzzleHttp\Client(['verify' => false, 'timeout' => 5]);
        $context = stream_context_create(['ssl' => ['verify_peer' => false, 'allow_self_signed' => true]]);
        return '';
    }
}
