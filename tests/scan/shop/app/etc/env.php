<?php
return [
    'backend' => ['frontName' => 'admin_x7'],
    'crypt' => ['key' => 'not-a-vendors-key'],
    'system' => ['default' => [
        'payment' => ['stripe' => ['secret_key' => 'sk_live_51Hq8ZtKx2Vn4Wd7Yb0Lc3Rm6']],
        'mageai' => ['api' => [
            'base_url' => 'https://api.openai.com/v1',
            'key' => 'sk-proj-8fKq2LzX0vN5tRb7YcW3mHs9PdGj1Ua4Ei6Oo8QwErTyUiOpAsDfGhJkLz1T3BlbkFJx2Vn4Wd7Yb0Lc3Rm6Qs9TfGh1Jk5Za8Xe4Cu7Bv0Ni3Mo6Pl9Kw2Dy5',
        ]],
    ]],
];
