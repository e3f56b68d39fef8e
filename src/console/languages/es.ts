export default import.meta.glob('../../messages/es/{console,pin,help}.json', { eager: true, import: 'default' });
