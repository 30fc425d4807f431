/** The most common ones of at least eight characters, in lower case; shorter ones are refused for their length. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
  00000000 01234567 0123456789 0987654321 1029384756 11111111 111111111 1111111111 11223344 1122334455 12121212
  12123434 123123123 12312312 1231231234 12341234 123412345 1234512345 12344321 12345678 123456789 1234567890
  12345678910 123456789a 123456789q 1234567899 12345qwert 123454321 123456123 123456654321 1234abcd 123654789
  123698745 123abc123 12qwaszx 13131313 135792468 1357924680 147258369 14725836 147852369 159357159 1a2b3c4d
  1password 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qa2ws3ed 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 20202020 22222222 23232323
  25802580 31415926 3141592654 33333333 44444444 55555555 66666666 666666666 741852963 77777777 7777777777 789456123
  87654321 88888888 98765432 987654321 9876543210 99999999 999999999 a1234567 a12345678 a123456789 a1b2c3d4 aa123456
  aa12345678 aaaaaaaa abc12345 abc123456 abc123abc abcd1234 abcd12345 abcdefgh abcdefghi abcdefg1 access14 admin123
  admin1234 admin12345 admin123456 administrator adminadmin alexander amanda12 anthony1 asdasdasd asdf1234 asdfasdf
  asdfghjk asdfghjkl asdfghjkl1 asdfqwer azerty123 azertyuiop babygirl barcelona baseball baseball1 basketball
  benjamin bigdaddy blink182 butterfly carolina changeme changeme1 changeme123 charlie1 charlotte chelsea1 cheyenne
  chocolate christian christopher computer computer1 coolcool corvette courtney creative danielle december default1
  diamond1 dolphins dragon123 einstein elephant elizabeth facebook ferrari1 fernando firebird football football1
  forever1 forever21 freedom1 friends1 garfield gateway1 gfhjkm123 godzilla goodluck greenday gundam00 hallo123
  hardcore heather1 hello123 hellohello homer123 hello1234 iloveyou iloveyou1 iloveyou2 iloveu22 internet jackson5
  jennifer jessica1 jonathan jordan23 justin12 killer123 kimberly kristina letmein1 letmein123 letmein! liverpool
  liverpool1 lol12345 lollipop loveme12 lovelove lovely12 loveyou1 macintosh marlboro master12 master123 maverick
  maxwell1 mercedes metallica michael1 michelle microsoft midnight minecraft monkey12 monkey123 mother12 mustang1
  myspace1 naruto12 newpass1 nicholas nintendo november october1 p@ssw0rd p@ssword pa55word pass1234 pass12345
  passw0rd passw0rd1 password password! password. password0 password1 password1! password12 password123 password1234
  password2 password3 password9 password99 patricia pokemon1 politics portugal princess princess1 q1w2e3r4 q1w2e3r4t5
  qazwsx12 qazwsx123 qazwsxedc qqqqqqqq qwaszx12 qwe123qwe qweasdzx qweasdzxc qweqweqwe qwer1234 qwerasdf qwerqwer
  qwert123 qwert12345 qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyui qwertyuiop qwertyuiop1 rangers1
  rockyou1 root1234 rootroot samantha samsung1 sandiego scooter1 scorpion security september shadow12 shadow123
  snickers soccer12 softball sortie123 spiderman spongebob starwars starwars1 stephanie steelers sunflower sunshine
  sunshine1 superman superman1 superstar swordfish teamo123 temp1234 test1234 test12345 testtest thomas12 thunder1
  tinkerbell trustno1 trustno1! undertaker valentin vanessa1 veronica victoria vladimir warcraft warrior1 welcome1
  welcome12 welcome123 welcome1! whatever whatever1 william1 winner12 wolverine wordpass xxxxxxxx yankees1 zaq12wsx
  zaq1zaq1 zaq1xsw2 zxc12345 zxcv1234 zxcvbnm1 zxcvbnm123 zxcvzxcv zzzzzzzz
  `
    .trim()
    .split(/\s+/),
);
